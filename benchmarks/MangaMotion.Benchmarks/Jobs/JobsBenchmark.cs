using System.Diagnostics;
using MangaMotion.LocalStack;

namespace MangaMotion.Benchmarks.Jobs;

/// <summary>
/// A job that does nothing, on its full and durable path: accepted with its row, outbox, broker, claim, committed result.
/// Acceptor and worker are two services, with all that services have, in this one process; both share the processors with
/// the servers.
/// </summary>
internal sealed class JobsBenchmark : IBenchmark
{
    private const int Jobs = 10_000;
    private const int PerTransaction = 500;
    private const int Acceptors = 16;
    private const int PickupsPerRound = 100;

    private readonly NoOpStarts _starts = new();
    private int _accepted;

    public string Name => "jobs";

    public string Description => "No-op jobs/s from accept to committed result, processor time per job, and idle pickup.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        var (postgres, rabbit) = (servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri.ToString());
        await using var acceptor = await JobNode.StartAcceptorAsync(postgres, rabbit, cancellationToken);
        await using var worker = await JobNode.StartWorkerAsync(postgres, rabbit, _starts, cancellationToken);
        var kinds = new (string Name, Func<Task> Accept, List<Round> Rounds)[]
        {
            ($"{PerTransaction} jobs a transaction", () => AcceptBatchesAsync(acceptor, cancellationToken), []),
            ($"one job a transaction, {Acceptors} acceptors", () => AcceptSinglesAsync(acceptor, cancellationToken), []),
        };
        var pickups = new List<Pickup>();
        // The first round warms up.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var kind in kinds)
            {
                var measured = await RunAsync(acceptor, servers, kind.Accept, cancellationToken);
                if (round > 0)
                    kind.Rounds.Add(measured);
            }

            var idle = await PickupsAsync(acceptor, cancellationToken);
            if (round > 0)
                pickups.AddRange(idle);
        }

        var report = new BenchmarkReport(Name);
        foreach (var (name, _, measured) in kinds)
        {
            var rate = report.Add(name, "jobs/s", measured.Select(round => round.Rate));
            report.Add("  services (acceptor, worker)", "CPU ms/job", measured.Select(round => round.Services));
            report.Add("  Postgres", "CPU ms/job", measured.Select(round => round.Postgres));
            report.Add("  RabbitMQ", "CPU ms/job", measured.Select(round => round.Rabbit));
            report.Add("  load average of the machine", "", measured.Select(round => round.Load));
            report.Ratios.Add(new($"{name}, jobs/s", rate.Median, ">= 1000", rate.Median >= 1_000));
        }

        var pickup = report.Add("idle pickup, accept to handler", "ms", pickups.Select(pickup => pickup.Handled));
        report.Add("  until the commit was heard of", "ms", pickups.Select(pickup => pickup.Committed));
        report.Add("  until the message arrived", "ms", pickups.Select(pickup => pickup.Arrived));
        report.Ratios.Add(new("idle pickup p50, ms", pickup.Median, "<= 5", pickup.Median <= 5));
        return report;
    }

    /// <summary>Runs one round: from the first accept until the database holds the last result.</summary>
    private async Task<Round> RunAsync(JobNode acceptor, ServerStack servers, Func<Task> accept, CancellationToken cancellationToken)
    {
        var before = Usage.Read(servers);
        var started = Stopwatch.GetTimestamp();
        await accept();
        _accepted += Jobs;
        // Counting rows costs the database time, so that begins when the last job has started.
        while (_starts.Count < _accepted || await acceptor.CountDoneAsync(cancellationToken) < _accepted)
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var after = Usage.Read(servers);
        return new(
            Jobs / elapsed.TotalSeconds,
            (after.Services - before.Services) * 1_000 / Jobs,
            (after.Postgres - before.Postgres) * 1_000 / Jobs,
            (after.Rabbit - before.Rabbit) * 1_000 / Jobs,
            ProcessTree.LoadAverage());
    }

    private static async Task AcceptBatchesAsync(JobNode acceptor, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Jobs / PerTransaction; i++)
            await acceptor.AcceptAsync([.. Enumerable.Range(0, PerTransaction).Select(_ => NoOp.Create())], cancellationToken);
    }

    private static Task AcceptSinglesAsync(JobNode acceptor, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Acceptors).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Jobs / Acceptors; i++)
                await acceptor.AcceptAsync([NoOp.Create()], cancellationToken);
        })));

    /// <summary>Accepts one job at a time, with pauses, so that each finds everything idle.</summary>
    private async Task<List<Pickup>> PickupsAsync(JobNode acceptor, CancellationToken cancellationToken)
    {
        var pickups = new List<Pickup>();
        for (var i = 0; i < PickupsPerRound; i++)
        {
            await Task.Delay(Random.Shared.Next(20, 120), cancellationToken);
            var arrived = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
            var handled = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
            var job = NoOp.Create();
            var started = Stopwatch.GetTimestamp();
            _starts.Arrived = id => Stamp(arrived, id);
            _starts.Started = id => Stamp(handled, id);
            await acceptor.AcceptAsync([job], cancellationToken);
            var committed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            pickups.Add(new(committed, await arrived.Task.WaitAsync(cancellationToken), await handled.Task.WaitAsync(cancellationToken)));

            void Stamp(TaskCompletionSource<double> stamp, Guid id)
            {
                if (id == job.Id)
                    stamp.TrySetResult(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        (_starts.Arrived, _starts.Started) = (null, null);
        _accepted += PickupsPerRound;
        return pickups;
    }

    /// <summary>Processor seconds used so far.</summary>
    private sealed record Usage(double Services, double Postgres, double Rabbit)
    {
        public static Usage Read(ServerStack servers) => new(
            Environment.CpuUsage.TotalTime.TotalSeconds,
            ProcessTree.ProcessorSeconds(servers.Postgres.ProcessId!.Value),
            ProcessTree.ProcessorSeconds(servers.Rabbit.ProcessId!.Value));
    }

    /// <summary>Milliseconds since the call that accepts the job.</summary>
    private sealed record Pickup(double Committed, double Arrived, double Handled);

    private sealed record Round(double Rate, double Services, double Postgres, double Rabbit, double Load);
}
