using System.Diagnostics;
using System.Net.Http.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Jobs;
using MangaMotion.LocalStack;
using MangaMotion.Storage;
using Npgsql;

namespace MangaMotion.Benchmarks.Accepting;

/// <summary>
/// Time from the first byte of a request to its 202: one file, and a thousand small ones, on either store, beside plain <c>curl</c>
/// that puts the same into the same S3 server without rows, messages and checks; and the time of a request for the status of an ingest.
/// </summary>
internal sealed class AcceptBenchmark : IBenchmark
{
    private const int Files = 1_000;
    private const int FileBytes = 4_096;
    private const int SinglesPerRound = 60;
    private const int CurlsAtOnce = 32;
    private const int Assets = 100_000;
    private const int AsksPerRound = 200;

    private const string Fill =
        """
        with ingest as (
          insert into ingests (id, owner_id, lane) select gen_random_uuid(), owner_id, 'normal' from ingests limit 1
          returning id, owner_id),
        asset as (
          insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256, media_type)
          select gen_random_uuid(), ingest.id, ingest.owner_id, number, number || '.png', number::text, 1, '', 'image/png'
          from ingest, generate_series(1, $1) number
          returning id, ingest_id, owner_id, position),
        job as (
          insert into jobs (id, owner_id, ingest_id, asset_id, type, status, finished_at, max_attempts, input)
          select gen_random_uuid(), owner_id, ingest_id, id, 'thumbnail', case when position % 3 = 0 then 'DONE' else 'UPLOADED' end,
            case when position % 3 = 0 then now() end, 3, '{}' from asset)
        select id from ingest
        """;

    public string Name => "accept";

    public string Description =>
        $"POST /ingest of one file and of {Files}, against plain curl to the store; status of {Assets} assets against that of 10.";

    public bool NeedsS3 => true;

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        var report = new BenchmarkReport(Name);
        var loads = new List<double>();
        await using var database = NpgsqlDataSource.Create(servers.Postgres.ConnectionString);
        await AddQueuesAsync(servers.Rabbit, cancellationToken);
        foreach (var kind in (StoreKind[])[StoreKind.S3, StoreKind.Disk])
        {
            var (service, address) = await IngestProcess.StartAsync(servers, cancellationToken, kind);
            await using var ingest = service;
            await new AcceptRounds(ingest, MangaMotionClient.Create(
                address, IngestProcess.Key), database, kind).RunAsync(rounds, report, loads, cancellationToken);
            if (kind == StoreKind.Disk)
                await AskAsync(database, address, rounds, report, cancellationToken);
        }

        report.Add("load average of the machine", "", loads);
        return report;
    }

    /// <summary>As a worker would: without a queue the broker returns every message, and the service sends it again and again.</summary>
    private static async Task AddQueuesAsync(RabbitServer rabbit, CancellationToken cancellationToken)
    {
        using var broker = rabbit.CreateManagementClient();
        foreach (var name in (string[])[JobTypes.Thumbnail.QueueName(Lane.Normal), JobTypes.Thumbnail.QueueName(Lane.Normal, bulk: true)])
        {
            await AddAsync(HttpMethod.Put, $"exchanges/%2F/{name}", new { type = "fanout", durable = true });
            await AddAsync(HttpMethod.Put, $"queues/%2F/{name}", new { durable = true });
            await AddAsync(HttpMethod.Post, $"bindings/%2F/e/{name}/q/{name}", new { });
        }

        async Task AddAsync(HttpMethod method, string path, object what)
        {
            using var request = new HttpRequestMessage(
                method, new Uri($"api/{path}", UriKind.Relative))
            { Content = JsonContent.Create(what) };
            using var answer = await broker.SendAsync(request, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task AskAsync(
        NpgsqlDataSource database, Uri address, int rounds, BenchmarkReport report, CancellationToken cancellationToken)
    {
        (Guid Id, List<double> Milliseconds)[] ingests = [(await FillAsync(10), []), (await FillAsync(Assets), [])];
        using var http = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { { "X-Api-Key", IngestProcess.Key } } };
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < AsksPerRound; i++)
            {
                foreach (var (id, milliseconds) in ingests)
                {
                    var started = Stopwatch.GetTimestamp();
                    await http.GetStringAsync(new Uri($"api/v1/ingest/{id}/status?pageSize=10", UriKind.Relative), cancellationToken);
                    if (round > 0)
                        milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
        }

        var few = report.Add("status of 10 assets", "ms", ingests[0].Milliseconds);
        var many = report.Add($"status of {Assets} assets, a page of 10", "ms", ingests[1].Milliseconds);
        report.Ratios.Add(new($"status p50, {Assets} assets to 10", many.Median / few.Median, "<= 2", many.Median <= 2 * few.Median));

        async Task<Guid> FillAsync(int assets)
        {
            await using var command = database.CreateCommand(Fill);
            command.CommandTimeout = 300;
            command.Parameters.Add(new() { Value = assets });
            return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }

    /// <summary>The rounds of one store.</summary>
    private sealed class AcceptRounds(IngestProcess ingest, MangaMotionClient client, NpgsqlDataSource database, StoreKind kind)
    {
        private readonly List<double> _single = [];
        private readonly List<double> _many = [];
        private readonly List<double> _processor = [];
        private readonly List<double> _sent = [];
        private readonly List<double> _curl = [];
        private readonly List<double> _curls = [];

        public async Task RunAsync(int rounds, BenchmarkReport report, List<double> loads, CancellationToken cancellationToken)
        {
            // The first round warms up.
            for (var round = 0; round <= rounds; round++)
            {
                if (round == 1)
                    Clear();
                for (var i = 0; i < SinglesPerRound; i++)
                    _single.Add(1_000 * await AcceptAsync(1, cancellationToken));
                // Messages of what was accepted before are sent afterwards, by the same process.
                await UntilSentAsync(cancellationToken);
                var processor = ingest.ProcessorSeconds;
                _many.Add(await AcceptAsync(Files, cancellationToken));
                _processor.Add(1_000 * (ingest.ProcessorSeconds - processor) / Files);
                await UntilSentAsync(cancellationToken);
                _sent.Add(1_000 * (ingest.ProcessorSeconds - processor) / Files);
                if (kind == StoreKind.S3)
                {
                    _curl.Add(await CurlAsync(1, cancellationToken));
                    _curls.Add(await CurlAsync(CurlsAtOnce, cancellationToken));
                }

                loads.Add(ProcessTree.LoadAverage());
            }

            report.Add($"{kind}: accept one file of {FileBytes} bytes", "ms", _single);
            var many = report.Add($"{kind}: accept {Files} of them in one request", "s", _many);
            report.Add("  files", "1/s", _many.Select(seconds => Files / seconds));
            report.Add("  processor of the service per file", "CPU ms", _processor);
            report.Add("  the same until its message is sent", "CPU ms", _sent);
            if (kind != StoreKind.S3)
                return;
            var curl = report.Add($"curl puts {Files} one after the other", "s", _curl);
            var curls = report.Add($"curl puts {Files}, {CurlsAtOnce} side by side", "s", _curls);
            report.Ratios.Add(Ratio("files/s of accepting to curl", curl.Median / many.Median, 1));
            report.Ratios.Add(Ratio("files/s of accepting to curl --parallel", curls.Median / many.Median, 0.5));
        }

        private static Ratio Ratio(string name, double value, double least) => new(name, value, $">= {least}", value >= least);

        private void Clear()
        {
            foreach (var samples in (List<double>[])[_single, _many, _processor, _sent, _curl, _curls])
                samples.Clear();
        }

        private async Task<double> AcceptAsync(int files, CancellationToken cancellationToken)
        {
            var contents = Enumerable.Range(0, files).Select(_ => Content()).ToArray();
            var started = Stopwatch.GetTimestamp();
            await client.IngestAsync(
                contents.Select((content, i) => new FileToSend($"{i}.bin", () => new MemoryStream(content))),
                cancellationToken: cancellationToken);
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        private async Task UntilSentAsync(CancellationToken cancellationToken)
        {
            await using var command = database.CreateCommand("select exists (select from outbox)");
            while ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }

        private async Task<double> CurlAsync(int parallel, CancellationToken cancellationToken)
        {
            var folder = Directory.CreateTempSubdirectory("mangamotion-bench-curl-");
            try
            {
                var file = Path.Combine(folder.FullName, "file.bin");
                await File.WriteAllBytesAsync(file, Content(), cancellationToken);
                var links = new List<UploadLink>();
                for (var i = 0; i < Files; i++)
                    links.Add(await client.CreateUploadAsync(new(FileBytes, $"{i}.bin"), cancellationToken));
                return await CurlRun.PutAsync(links, file, parallel, cancellationToken);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        private static byte[] Content()
        {
            var content = new byte[FileBytes];
            Random.Shared.NextBytes(content);
            return content;
        }
    }
}
