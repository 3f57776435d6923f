using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Benchmarks.Jobs;
using MangaMotion.Client;
using MangaMotion.LocalStack;
using Npgsql;

namespace MangaMotion.Benchmarks.Events;

/// <summary>
/// One ingest of a thousand files watched by two hundred readers: from the commit of a change, over the bus, to the moment a
/// reader has the event. Then the same readers while every job changes as fast as the database takes it.
/// </summary>
internal sealed class EventsBenchmark : IBenchmark
{
    private const int Readers = 200;
    private const int Files = 1_000;
    private const int ChangesPerRound = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentDictionary<string, Change> _changes = new(StringComparer.Ordinal);
    private int _events;
    private int _ended;

    public string Name => "events";

    public string Description => $"Server-sent events of one ingest to {Readers} readers: latency, processor time, memory.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        var (service, address) = await IngestProcess.StartAsync(servers, cancellationToken);
        await using var ingest = service;
        await using var worker = await JobNode.StartAcceptorAsync(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri.ToString(), cancellationToken);
        await using var database = NpgsqlDataSource.Create(servers.Postgres.ConnectionString);
        var client = MangaMotionClient.Create(address, IngestProcess.Key);
        var accepted = await client.IngestAsync(
            Enumerable.Range(0, Files).Select(i => new FileToSend($"{i}.png", () => new MemoryStream([1, 2, 3]))),
            cancellationToken: cancellationToken);
        var jobs = new List<Guid>();
        await foreach (var asset in client.ListAssetsAsync(accepted.JobId, cancellationToken))
            jobs.Add(asset.JobId);

        var connected = Stopwatch.GetTimestamp();
        var readers = Enumerable.Range(0, Readers)
            .Select(_ => Task.Run(() => ReadAsync(address, accepted.JobId, cancellationToken), cancellationToken)).ToArray();
        await UntilAsync(() => Volatile.Read(ref _events) >= Readers * Files, cancellationToken);
        var catchUp = Stopwatch.GetElapsedTime(connected);

        var latencies = new List<double>();
        var loads = new List<double>();
        // The first round warms up.
        var (processor, started) = (ingest.ProcessorSeconds, Stopwatch.GetTimestamp());
        for (var round = 0; round <= rounds; round++)
        {
            if (round == 1)
                (processor, started) = (ingest.ProcessorSeconds, Stopwatch.GetTimestamp());
            for (var i = 0; i < ChangesPerRound; i++)
            {
                var change = new Change($"worker {round} {i}");
                _changes[change.Worker] = change;
                await using (var update = database.CreateCommand(
                    """
                    update jobs
                    set status = 'PROCESSING', claim_token = gen_random_uuid(), claimed_by = $2, lease_until = now() + interval '1 hour'
                    where id = $1
                    """))
                {
                    update.Parameters.Add(new() { Value = jobs[i] });
                    update.Parameters.Add(new() { Value = change.Worker });
                    await update.ExecuteNonQueryAsync(cancellationToken);
                }

                change.Committed = Stopwatch.GetTimestamp();
                worker.Changes.Announce(jobs[i], accepted.JobId);
                await UntilAsync(() => change.Latencies.Count == Readers, cancellationToken);
                if (round > 0)
                    latencies.AddRange(change.Latencies);
                await Task.Delay(Pause, cancellationToken);
            }

            loads.Add(ProcessTree.LoadAverage());
        }

        var calm = (ingest.ProcessorSeconds - processor) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        (processor, started) = (ingest.ProcessorSeconds, Stopwatch.GetTimestamp());
        var before = Volatile.Read(ref _events);
        foreach (var job in jobs)
        {
            await using var done = database.CreateCommand(
                "update jobs set status = 'DONE', progress = 100, lease_until = null, finished_at = now() where id = $1");
            done.Parameters.Add(new() { Value = job });
            await done.ExecuteNonQueryAsync(cancellationToken);
            worker.Changes.Announce(job, accepted.JobId);
        }

        await Task.WhenAll(readers);
        var burst = Stopwatch.GetElapsedTime(started).TotalSeconds;

        var report = new BenchmarkReport(Name);
        var latency = report.Add($"commit to event, {Readers} readers", "ms", latencies);
        report.Add($"{Readers} readers connect and get {Files} jobs", "s", [catchUp.TotalSeconds]);
        report.Add("processor of the instance, 2 changes/s", "cores", [calm]);
        report.Add($"all {Files} jobs end: to the last reader's end", "s", [burst]);
        report.Add("  processor of the instance", "CPU s", [ingest.ProcessorSeconds - processor]);
        report.Add("  events received", "", [Volatile.Read(ref _events) - before]);
        report.Add("memory of the instance", "MB", [ingest.MemoryMegabytes]);
        report.Add("load average of the machine", "", loads);
        report.Ratios.Add(new("commit to event p99, ms", latency.P99, "<= 500", latency.P99 <= 500));
        report.Ratios.Add(new("readers that saw the end", _ended, $">= {Readers}", _ended >= Readers));
        return report;
    }

    private async Task ReadAsync(Uri address, Guid ingest, CancellationToken cancellationToken)
    {
        var client = MangaMotionClient.Create(address, IngestProcess.Key);
        await foreach (var job in client.WatchIngestAsync(ingest, cancellationToken: cancellationToken))
        {
            Interlocked.Increment(ref _events);
            if (job.WorkerId is not null && job.Status == "PROCESSING" && _changes.TryGetValue(job.WorkerId, out var change))
                change.Latencies.Add(Stopwatch.GetElapsedTime(change.Committed).TotalMilliseconds);
        }

        Interlocked.Increment(ref _ended);
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
    }

    /// <summary>One change of a job, known by the worker's name that it sets.</summary>
    private sealed class Change(string worker)
    {
        public string Worker { get; } = worker;

        public long Committed { get; set; } = Stopwatch.GetTimestamp();

        public ConcurrentBag<double> Latencies { get; } = [];
    }
}
