namespace MangaMotion.Jobs.Running;

/// <summary>Outcome of an attempt.</summary>
public enum AttemptOutcome
{
    Done,

    /// <summary>The attempt failed; the next one is scheduled.</summary>
    Transient,

    /// <summary>The attempt failed, and the job is a dead letter.</summary>
    DeadLetter,

    /// <summary>The job was handed back, and the attempt does not count.</summary>
    Interrupted,

    /// <summary>The claim was lost: the job was canceled, or another worker holds it. Nothing of the attempt is stored.</summary>
    Stale,
}

/// <summary>Names of outcomes in metrics and in <c>job_latencies.outcome</c>.</summary>
public static class AttemptOutcomes
{
    public static string Name(this AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Done => "done",
        AttemptOutcome.Transient => "transient",
        AttemptOutcome.DeadLetter => "dead_letter",
        AttemptOutcome.Interrupted => "interrupted",
        AttemptOutcome.Stale => "stale",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an outcome."),
    };
}
