using System.Text.Json;
using MangaMotion.Jobs.Claims;

namespace MangaMotion.Jobs.Running;

/// <summary>One attempt, as the code that does the work sees it.</summary>
/// <param name="Command">The command that started it.</param>
public sealed record JobRun<TCommand>(TCommand Command, Claim Claim)
{
    public Guid JobId => Claim.JobId;

    /// <summary>1 for the first attempt; interrupted and crashed ones are not counted.</summary>
    public int Attempt => Claim.Attempt;

    /// <summary>The caller's parameters, a JSON object.</summary>
    public JsonElement Params => Claim.Params;
}
