using MangaMotion.LocalStack;

namespace MangaMotion.Benchmarks;

/// <summary>One subcommand: runs its rounds on the servers given and reports.</summary>
internal interface IBenchmark
{
    string Name { get; }

    string Description { get; }

    /// <summary>Whether the S3 server is started beside the others.</summary>
    bool NeedsS3 => false;

    Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken);
}
