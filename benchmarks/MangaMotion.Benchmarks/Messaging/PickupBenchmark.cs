using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.LocalStack;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Messaging;

/// <summary>How long one message takes from publish to consumer on an idle system, plain and through the outbox, commit included.</summary>
internal sealed class PickupBenchmark : IBenchmark
{
    private const int WarmUp = 50;
    private const int PerRound = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<long>> _waiting = new();

    public string Name => "pickup";

    public string Description => "Milliseconds from publish to consumer on an idle system.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        using var host = await MessagingNode.StartAsync(
            servers, tick => _waiting[tick.Id].SetResult(Stopwatch.GetTimestamp()), cancellationToken);
        var bus = host.Services.GetRequiredService<IBus>();
        var plain = new List<double>();
        var outbox = new List<double>();
        var commits = new List<double>();
        for (var i = -WarmUp; i < rounds * PerRound; i++)
        {
            var direct = await TimeAsync(tick => bus.Publish(tick, cancellationToken), cancellationToken);
            var stored = await TimeAsync(
                async tick =>
                {
                    await using var scope = host.Services.CreateAsyncScope();
                    await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(tick, cancellationToken);
                    var committing = Stopwatch.GetTimestamp();
                    await scope.ServiceProvider.GetRequiredService<IPostgresSession>().CommitAsync(cancellationToken);
                    commits.Add(Stopwatch.GetElapsedTime(committing).TotalMilliseconds);
                },
                cancellationToken);
            if (i < 0)
                continue;
            plain.Add(direct);
            outbox.Add(stored);
        }

        await host.StopAsync(cancellationToken);
        var report = new BenchmarkReport(Name);
        var ratio = report.Add("outbox", "ms", outbox).Median / report.Add("plain publish", "ms", plain).Median;
        // The disk's part of it, which plain publishing does not have.
        report.Add("of the outbox: the commit", "ms", commits.Skip(WarmUp));
        report.Ratios.Add(new Ratio("outbox p50 / plain p50", ratio, "<= 3", ratio <= 3));
        return report;
    }

    private async Task<double> TimeAsync(Func<Tick, Task> publish, CancellationToken cancellationToken)
    {
        await Task.Delay(Pause, cancellationToken);
        var tick = Tick.Create();
        var arrived = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[tick.Id] = arrived;
        var started = Stopwatch.GetTimestamp();
        await publish(tick);
        var ended = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        _waiting.TryRemove(tick.Id, out _);
        return Stopwatch.GetElapsedTime(started, ended).TotalMilliseconds;
    }
}
