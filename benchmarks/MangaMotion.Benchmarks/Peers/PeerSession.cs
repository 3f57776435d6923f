using System.Collections.Concurrent;
using System.Text.Json;
using MangaMotion.Client;
using Npgsql;

namespace MangaMotion.Benchmarks.Peers;

/// <summary>One run of the harness: takes its lines, submits the files, fetches the derivatives.</summary>
internal sealed class PeerSession : IAsyncDisposable
{
    private const int FilesPerRequest = 4;
    private const int NoOpsPerTransaction = 500;
    private const int Requests = 2;

    private readonly RunningStack _stack;
    private readonly NoOpPeer _noOps;
    private readonly MangaMotionClient _client;
    private readonly NpgsqlDataSource _database;
    private readonly Completions _files;
    private readonly Completions _noOpCompletions;
    private readonly ConcurrentDictionary<string, (string Class, Guid Asset)> _outputs = [];

    private PeerSession(RunningStack stack, NoOpPeer noOps)
    {
        (_stack, _noOps) = (stack, noOps);
        _client = MangaMotionClient.Create(stack.Url, stack.ApiKey);
        _database = NpgsqlDataSource.Create(stack.Postgres);
        _files = new(_database, _ => null);
        _noOpCompletions = new(noOps.Database, noOps.TakeStart);
    }

    public static async Task<PeerSession> StartAsync(RunningStack stack, CancellationToken cancellationToken) =>
        new(stack, await NoOpPeer.StartAsync(stack, cancellationToken));

    public async Task RunAsync(TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        Say("READY", new
        {
            workers = (int[])[.. _stack.Workers, _noOps.WorkerId],
            brokers = _stack.Brokers,
            classes = (
            string[])["image", "video", "pdf", "audio", "noop"]
        });
        while (await input.ReadLineAsync(cancellationToken) is { } line && line != "QUIT")
        {
            switch (line.Split('\t'))
            {
                case ["JOB", .. var job]:
                    await SubmitAsync([PeerJob.Parse(job)], cancellationToken);
                    break;
                case ["BULK", var file]:
                    var jobs = (await File.ReadAllLinesAsync(
                        file, cancellationToken)).Select(row => PeerJob.Parse(row.Split('\t'))).ToList();
                    var started = PeerClock.Now;
                    await SubmitAsync(jobs, cancellationToken);
                    Say("ENQUEUED", new { n = jobs.Count, t0 = started, t1 = PeerClock.Now });
                    break;
                case ["COLLECT"]:
                    foreach (var (path, made) in _outputs)
                        await CollectAsync(path, made.Class, made.Asset, cancellationToken);
                    Say("COLLECTED", new { });
                    break;
            }
        }

        void Say(string word, object fields)
        {
            output.WriteLine($"{word} {JsonSerializer.Serialize(fields)}");
            output.Flush();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _files.DisposeAsync();
        await _noOpCompletions.DisposeAsync();
        await _noOps.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task SubmitAsync(IReadOnlyList<PeerJob> jobs, CancellationToken cancellationToken)
    {
        foreach (var chunk in jobs.Where(job => job.Class == "noop").Chunk(NoOpsPerTransaction))
        {
            var started = PeerClock.Now;
            var ids = await _noOps.SubmitAsync(chunk.Length, cancellationToken);
            foreach (var (job, id) in chunk.Zip(ids))
                _noOpCompletions.Watch(new(id, job.Id, started));
        }

        await Parallel.ForEachAsync(
            jobs.Where(job => job.Class != "noop").Chunk(FilesPerRequest),
            new ParallelOptions { MaxDegreeOfParallelism = Requests, CancellationToken = cancellationToken },
            async (chunk, token) => await IngestAsync(chunk, token));
    }

    private async Task IngestAsync(PeerJob[] chunk, CancellationToken cancellationToken)
    {
        var started = PeerClock.Now;
        var accepted = await _client.IngestAsync(chunk.Select(job => FileToSend.FromDisk(job.Input)), cancellationToken: cancellationToken);
        await using var command = _database.CreateCommand("select asset_id, id from jobs where ingest_id = $1");
        command.Parameters.Add(new() { Value = accepted.JobId });
        var ids = new Dictionary<Guid, Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0), reader.GetGuid(1));
        foreach (var (job, asset) in chunk.Zip(accepted.Assets))
        {
            _outputs[job.Output] = (job.Class, asset.AssetId);
            _files.Watch(new(ids[asset.AssetId], job.Id, started));
        }
    }

    private async Task CollectAsync(string path, string kind, Guid asset, CancellationToken cancellationToken)
    {
        (string Variant, string Suffix)[] wanted = kind switch
        {
            "image" => [("preview", ".preview.jpg"), ("thumbnail", ".thumb.jpg")],
            "audio" => [("waveform", ".wave.png")],
            _ => [("thumbnail", ".thumb.jpg")],
        };
        foreach (var (variant, suffix) in wanted)
            await File.WriteAllBytesAsync(path + suffix, await _client.GetAssetAsync(asset, variant, cancellationToken), cancellationToken);
    }

    /// <param name="Output">Path of the derivatives, without their suffix.</param>
    private sealed record PeerJob(string Id, string Class, string Input, string Output)
    {
        public static PeerJob Parse(string[] fields) => new(fields[0], fields[1], fields[2], fields[3]);
    }
}
