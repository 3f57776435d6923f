using System.Diagnostics;
using MangaMotion.LocalStack;

namespace MangaMotion.Benchmarks.Jobs;

/// <summary>
/// Cost of accepting, claiming and completing one job and of reading the status of one ingest of 100 files, beside 10,000, 100,000 and a
/// million waiting jobs. Each number has a database of its own, and the calls take turns. Commits do not wait for the disk, so that the
/// times are those of the statements.
/// </summary>
internal sealed class ScaleBenchmark : IBenchmark
{
    private const int Calls = 200;
    private const double MostGrowth = 1.2;

    private static readonly int[] Waiting = [10_000, 100_000, 1_000_000];

    public string Name => "scale";

    public string Description => "Cost of accept, claim, completion and status beside 10,000 to a million waiting jobs.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        var levels = new List<ScaleLevel>();
        foreach (var waiting in Waiting)
            levels.Add(await ScaleLevel.CreateAsync(servers, waiting, cancellationToken));
        var kinds = new Kind[]
        {
            new("accept", (level, cancel) => level.AcceptAsync(cancel)), new("claim", (level, _) => level.ClaimAsync()),
            new("completion", (level, _) => level.CompleteAsync()), new("status", (level, cancel) => level.ReadStatusAsync(cancel)),
        };
        // The first round warms up.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var kind in kinds)
                await MeasureAsync(levels, kind, count: round > 0, cancellationToken);
        }

        var report = new BenchmarkReport(Name);
        foreach (var kind in kinds)
            Report(report, kind);
        foreach (var level in levels)
        {
            var bytes = await level.ReadBytesPerJobAsync(cancellationToken);
            report.Add($"a waiting job of {level.Waiting:N0} on the disk", "bytes", [bytes]);
            await level.DisposeAsync();
        }

        return report;
    }

    private static void Report(BenchmarkReport report, Kind kind)
    {
        double? first = null;
        foreach (var (index, waiting) in Waiting.Index())
        {
            var time = report.Add($"{kind.Name}, {waiting:N0} waiting", "ms", kind.Milliseconds[index]);
            report.Add("  pages of the database", "pages", kind.Pages[index]);
            first ??= time.Median;
            var growth = time.Median / first.Value;
            if (index > 0)
                report.Ratios.Add(new($"{kind.Name}, {waiting:N0} to {Waiting[0]:N0}", growth, $"<= {MostGrowth}", growth <= MostGrowth));
        }

        report.Add($"{kind.Name}, write-ahead log", "bytes", kind.LogBytes);
    }

    /// <summary>The calls of the levels take turns, so that other work on the machine delays all alike.</summary>
    /// <param name="count">False for a round that warms up.</param>
    private static async Task MeasureAsync(
        List<ScaleLevel> levels, Kind kind, bool count, CancellationToken cancellationToken)
    {
        var before = new List<(long Pages, long LogBytes)>();
        foreach (var level in levels)
            before.Add(await level.ReadUsageAsync(cancellationToken));
        for (var i = 0; i < Calls; i++)
        {
            for (var turn = 0; turn < levels.Count; turn++)
            {
                var index = (i + turn) % levels.Count;
                var started = Stopwatch.GetTimestamp();
                await kind.CallAsync(levels[index], cancellationToken);
                if (count)
                    kind.Milliseconds[index].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        if (!count)
            return;
        var log = 0L;
        foreach (var (index, level) in levels.Index())
        {
            var after = await level.ReadUsageAsync(cancellationToken);
            kind.Pages[index].Add((after.Pages - before[index].Pages) / (double)Calls);
            log = after.LogBytes;
        }

        // The server has one log for all databases.
        kind.LogBytes.Add((log - before[0].LogBytes) / (double)(Calls * levels.Count));
    }

    /// <summary>Kind of calls, with their costs at each number of waiting jobs.</summary>
    private sealed record Kind(string Name, Func<ScaleLevel, CancellationToken, Task> CallAsync)
    {
        public List<double>[] Milliseconds { get; } = [.. Waiting.Select(_ => new List<double>())];

        /// <summary>Pages read for a call, in memory or from the disk.</summary>
        public List<double>[] Pages { get; } = [.. Waiting.Select(_ => new List<double>())];

        public List<double> LogBytes { get; } = [];
    }
}
