using MangaMotion.Api;

namespace MangaMotion.Client;

/// <summary>Request rejected by the API.</summary>
public sealed class MangaMotionException(Problem problem) : Exception($"{problem.Status} {problem.Code}: {problem.Detail ?? problem.Title}")
{
    public Problem Problem { get; } = problem;
}
