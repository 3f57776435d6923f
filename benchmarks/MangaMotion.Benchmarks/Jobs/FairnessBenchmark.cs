using System.Diagnostics;
using MangaMotion.Jobs;
using MangaMotion.LocalStack;

namespace MangaMotion.Benchmarks.Jobs;

/// <summary>
/// Time of ten jobs of one owner, from accept to the last result: alone, and beside 5,000 jobs of another owner that were accepted
/// first. The jobs use no processor, so that the order is measured; the worker has 8 places.
/// </summary>
internal sealed class FairnessBenchmark : IBenchmark
{
    private const int Many = 5_000;
    private const int Few = 10;
    private const int Places = 8;
    private const int TriesPerRound = 5;
    private const int PerTransaction = 500;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(200);

    private readonly NoOpStarts _starts = new() { Duration = Duration };

    public string Name => "fairness";

    public string Description => "Ten jobs of one owner, alone and beside 5,000 of another.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        var (postgres, rabbit) = (servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri.ToString());
        await using var acceptor = await JobNode.StartAcceptorAsync(postgres, rabbit, cancellationToken);
        await using var worker = await JobNode.StartWorkerAsync(postgres, rabbit, _starts, cancellationToken, Places);
        var (idle, beside, loads) = (new List<double>(), new List<double>(), new List<double>());
        // The first round warms up.
        for (var round = 0; round <= rounds; round++)
        {
            var alone = await TryAsync(acceptor, cancellationToken);
            var heavy = Guid.NewGuid();
            for (var i = 0; i < Many / PerTransaction; i++)
                await acceptor.AcceptAsync(Create(heavy, PerTransaction), cancellationToken);
            var crowded = await TryAsync(acceptor, cancellationToken);
            if (await acceptor.CountLeftAsync(heavy, cancellationToken) == 0)
                throw new InvalidOperationException($"The {Many} jobs were over before the ten: the figure would say nothing.");
            await acceptor.DropAsync(heavy, cancellationToken);
            if (round == 0)
                continue;
            idle.AddRange(alone);
            beside.AddRange(crowded);
            loads.Add(ProcessTree.LoadAverage());
        }

        var report = new BenchmarkReport(Name);
        var quiet = report.Add($"{Few} jobs alone", "ms", idle);
        var busy = report.Add($"{Few} jobs beside {Many} of another owner", "ms", beside);
        report.Add("  load average of the machine", "", loads);
        var ratio = busy.Median / quiet.Median;
        report.Ratios.Add(new("beside / alone", ratio, "<= 3", ratio <= 3));
        return report;
    }

    private static async Task<List<double>> TryAsync(JobNode acceptor, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < TriesPerRound; i++)
        {
            var owner = Guid.NewGuid();
            var started = Stopwatch.GetTimestamp();
            await acceptor.AcceptAsync(Create(owner, Few), cancellationToken);
            while (await acceptor.CountLeftAsync(owner, cancellationToken) > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    private static NewJob[] Create(Guid owner, int count) => [.. Enumerable.Range(0, count).Select(_ => NoOp.Create(owner))];
}
