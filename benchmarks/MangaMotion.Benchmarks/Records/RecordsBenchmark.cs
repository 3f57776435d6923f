using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Contracts.Records.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Running;
using MangaMotion.LocalStack;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.Records;
using MangaMotion.Records.Loading;
using MangaMotion.RecordStore;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Benchmarks.Records;

/// <summary>
/// The records job, from the payload in the object store to the committed rows (read twice: analysed, then written), against
/// <c>psql \copy</c> of the same rows, as CSV, into the same table. The table is emptied before each.
/// </summary>
internal sealed class RecordsBenchmark : IBenchmark
{
    private const double Goal = 0.5;

    private NpgsqlDataSource _database = null!;
    private RecordStorer _storer = null!;
    private string _folder = null!;

    public string Name => "records";

    public string Description => "Rows/s of a records job against psql \\copy of the same rows into the same table.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        _folder = Directory.CreateTempSubdirectory("mangamotion-bench-records-").FullName;
        _database = NpgsqlDataSource.Create(servers.Postgres.ConnectionString);
        var store = new DiskObjectStore(
            Options.Create(new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = Path.Combine(_folder, "store") } }));
        var options = Options.Create(new RecordsOptions());
        _storer = new(store, new TableMaker(_database, options), new RecordLoader(_database), options);
        try
        {
            await using (var services = new ServiceCollection().AddJobs().AddRecordStore().BuildServiceProvider())
                await SchemaMigrator.MigrateAsync(
                    _database, [SchemaScripts.Messaging, .. services.GetServices<SchemaScripts>()], NullLogger.Instance, cancellationToken);
            var report = new BenchmarkReport(Name);
            foreach (var shape in SampleRecords.Shapes)
                await CompareAsync(shape, store, servers, rounds, report, cancellationToken);
            return report;
        }
        finally
        {
            await _database.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task CompareAsync(
        SampleRecords shape, DiskObjectStore store, ServerStack servers, int rounds, BenchmarkReport report,
        CancellationToken cancellationToken)
    {
        var (payload, csv) = (Path.Combine(_folder, $"{shape.Name}.ndjson"), Path.Combine(_folder, $"{shape.Name}.csv"));
        shape.Write(payload, csv);
        await using (var content = File.OpenRead(payload))
            await store.PutAsync(shape.Name, content, new() { ContentType = "application/json" }, cancellationToken);

        var loads = new List<double>();
        var copies = new List<double>();
        // The first round warms up, and makes the table.
        for (var round = 0; round <= rounds; round++)
        {
            var (seconds, result) = await LoadAsync(shape, cancellationToken);
            var copy = await CopyAsync(servers, csv, result, cancellationToken);
            if (round == 0)
                continue;
            loads.Add(shape.Count / seconds);
            copies.Add(shape.Count / copy);
        }

        var megabytes = new FileInfo(payload).Length / 1e6;
        var rate = report.Add($"{shape.Name}: records job", "rows/s", loads);
        report.Add("  of JSON", "MB/s", loads.Select(x => x / shape.Count * megabytes));
        var copied = report.Add($"{shape.Name}: psql \\copy", "rows/s", copies);
        report.Add("  load average of the machine", "", [ProcessTree.LoadAverage()]);
        report.Ratios.Add(new(
            $"{shape.Name}: records job to psql \\copy", rate.Median / copied.Median, $">= {Goal}", rate.Median / copied.Median >= Goal));
    }

    private async Task<(double Seconds, RecordsResult Result)> LoadAsync(SampleRecords shape, CancellationToken cancellationToken)
    {
        var claim = new Claim(
            Guid.NewGuid(), Guid.NewGuid(), "records", Guid.Empty, Guid.NewGuid(), Guid.NewGuid(), 1, 4, JsonElement.Parse("{}"));
        await ExecuteAsync(
            $$"""
            insert into jobs (id, type, status, max_attempts, input, claim_token, claimed_by, lease_until)
            values ('{{claim.JobId}}', 'records', 'PROCESSING', 4, '{}', '{{claim.Token}}', 'bench', now() + interval '1 hour')
            """,
            cancellationToken);
        await EmptyAsync(cancellationToken);
        var command = new StoreRecords
        {
            JobId = claim.JobId,
            AssetId = claim.AssetId!.Value,
            InputKey = shape.Name,
            Collection = shape.Name,
        };
        var started = Stopwatch.GetTimestamp();
        var result = await _storer.StoreAsync(new JobRun<StoreRecords>(command, claim), cancellationToken);
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, result);
    }

    private async Task<double> CopyAsync(ServerStack servers, string csv, RecordsResult result, CancellationToken cancellationToken)
    {
        await EmptyAsync(cancellationToken);
        var columns = string.Join(", ", ["load", "n", .. result.Columns.Select(column => column.Column)]);
        var started = Stopwatch.GetTimestamp();
        using var psql = Process.Start(new ProcessStartInfo("psql",
            [
                "-q", "-h", "127.0.0.1", "-p", $"{servers.Postgres.Port}", "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1",
                "-c", $"\\copy {result.Table} ({columns}) from '{csv}' csv",
            ]))!;
        await psql.WaitForExitAsync(cancellationToken);
        return psql.ExitCode == 0
            ? Stopwatch.GetElapsedTime(started).TotalSeconds
            : throw new InvalidOperationException("psql failed; it says why above.");
    }

    /// <summary>Both begin with empty tables and nothing left to write.</summary>
    private async Task EmptyAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            """
            do $$ declare t text; begin
              for t in
                select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'records' and tablename ~ '^t[0-9]+$'
              loop
                execute 'truncate ' || t;
              end loop;
            end $$
            """,
            cancellationToken);
        await ExecuteAsync("checkpoint", cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
