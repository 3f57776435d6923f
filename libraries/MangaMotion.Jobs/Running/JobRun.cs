using System.Text.Json;
using MangaMotion.Jobs.Claims;

namespace MangaMotion.Jobs.Running;

/// <summary>One attempt, as the code that does the work sees it.</summary>
/// <param name="Command">The command that started it.</param>
public sealed record JobRun<TCommand>(TCommand Command, Claim Claim)
{
    /// <summary>Where <see cref="Report"/> goes; a run outside a worker has nobody to tell.</summary>
    internal Action<string, int>? Reported { get; init; }

    public Guid JobId => Claim.JobId;

    /// <summary>1 for the first attempt; interrupted and crashed ones are not counted.</summary>
    public int Attempt => Claim.Attempt;

    /// <summary>The caller's parameters, a JSON object.</summary>
    public JsonElement Params => Claim.Params;

    /// <summary>Tells those who watch how far the job is. Waits for nothing, and may be called as often as one likes.</summary>
    /// <param name="stage">What it is doing, such as <c>voice_gen</c>.</param>
    /// <param name="progress">0 to 100, of the whole job; what is beyond is cut.</param>
    public void Report(string stage, int progress) => Reported?.Invoke(stage, progress);
}
