using System.Text.Json;
using MangaMotion.Jobs.Claims;

namespace MangaMotion.Jobs.Running;

/// <summary>One attempt, as the code that does the work sees it.</summary>
/// <param name="Command">Command that started the job.</param>
public sealed record JobRun<TCommand>(TCommand Command, Claim Claim)
{
    /// <summary>Receiver of <see cref="Report"/>; null outside a worker.</summary>
    internal Action<string, int>? Reported { get; init; }

    public Guid JobId => Claim.JobId;

    /// <summary>Number of the attempt, 1-based; interrupted and crashed attempts are not counted.</summary>
    public int Attempt => Claim.Attempt;

    /// <summary>Parameters of the caller: a JSON object.</summary>
    public JsonElement Params => Claim.Params;

    /// <summary>Reports the progress of the job to its watchers. Returns at once and may be called at any rate.</summary>
    /// <param name="stage">Present stage, such as <c>voice_gen</c>.</param>
    /// <param name="progress">0 to 100 of the whole job; values outside are clamped.</param>
    public void Report(string stage, int progress) => Reported?.Invoke(stage, progress);
}
