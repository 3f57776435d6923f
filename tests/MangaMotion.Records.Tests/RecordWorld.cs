using System.Buffers;
using System.Text;
using System.Text.Json;
using MangaMotion.Contracts.Records.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Running;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.Records.Loading;
using MangaMotion.RecordStore;
using MangaMotion.RecordStore.Reading;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MangaMotion.Records.Tests;

/// <summary>Database and object store of one test class. Tests claim and complete jobs themselves.</summary>
public sealed class RecordWorld : IAsyncDisposable
{
    public static readonly Guid Owner = Guid.NewGuid();

    private readonly TestDatabase _database;
    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-records-").FullName;

    private RecordWorld(TestDatabase database)
    {
        _database = database;
        Database = NpgsqlDataSource.Create(database.ConnectionString);
        Store = new DiskObjectStore(Microsoft.Extensions.Options.Options.Create(
            new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = _folder, Fsync = false } }));
        Query = new(Database);
    }

    public NpgsqlDataSource Database { get; }

    public IObjectStore Store { get; set; }

    public RecordsOptions Options { get; } = new();

    public RecordQuery Query { get; }

    public static async Task<RecordWorld> CreateAsync(TestStack stack)
    {
        var world = new RecordWorld(await stack.CreateDatabaseAsync());
        await using var services = new ServiceCollection().AddJobs().AddRecordStore().BuildServiceProvider();
        await SchemaMigrator.MigrateAsync(
            world.Database, [SchemaScripts.Messaging, .. services.GetServices<SchemaScripts>()], NullLogger.Instance, default);
        return world;
    }

    /// <summary>Uploads the payload, runs one attempt and commits its result.</summary>
    public async Task<RecordsResult> StoreAsync(string payload, string? collection = "voyage", Guid? ingest = null) =>
        await StoreAsync(Encoding.UTF8.GetBytes(payload), collection, ingest);

    public async Task<RecordsResult> StoreAsync(byte[] payload, string? collection = "voyage", Guid? ingest = null)
    {
        var claim = await ClaimAsync(ingest);
        var result = await AttemptAsync(claim, await PutAsync(new MemoryStream(payload)), collection);
        await CompleteAsync(claim);
        return result;
    }

    public async Task<string> PutAsync(Stream payload)
    {
        var key = $"originals/{Guid.NewGuid():N}";
        await Store.PutAsync(key, payload, new() { ContentType = "application/json" }, default);
        return key;
    }

    /// <summary>Inserts a claimed job, or claims an existing one again.</summary>
    public async Task<Claim> ClaimAsync(Guid? ingest = null, Guid? job = null)
    {
        var claim = new Claim(job ?? Guid.NewGuid(), Guid.NewGuid(), "records", Owner, ingest ?? Guid.NewGuid(), Guid.NewGuid(), 1, 4,
            JsonElement.Parse("{}"));
        await ExecuteAsync(
            """
            insert into jobs (id, owner_id, ingest_id, type, status, max_attempts, input, claim_token, claimed_by, lease_until)
            values ($1, $2, $3, 'records', 'PROCESSING', 4, '{}', $4, 'test', now() + interval '1 hour')
            on conflict (id) do update set claim_token = excluded.claim_token, claimed_by = 'test', lease_until = excluded.lease_until,
              status = 'PROCESSING', finished_at = null
            """,
            claim.JobId, Owner, claim.IngestId!, claim.Token);
        return claim;
    }

    public async Task<RecordsResult> AttemptAsync(
        Claim claim, string key, string? collection = "voyage", CancellationToken cancellationToken = default)
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var storer = new RecordStorer(Store, new TableMaker(Database, options), new RecordLoader(Database), options);
        var command = new StoreRecords { JobId = claim.JobId, AssetId = claim.AssetId!.Value, InputKey = key, Collection = collection };
        return await storer.StoreAsync(new JobRun<StoreRecords>(command, claim), cancellationToken);
    }

    public Task CompleteAsync(Claim claim) => ExecuteAsync(
        "update jobs set status = 'DONE', lease_until = null, finished_at = now() where id = $1 and claim_token = $2", claim.JobId,
            claim.Token);

    public Task<IReadOnlyList<JsonElement>> ReadAsync(params RecordFilter[] filters) =>
        ReadAsync(new(Owner, "voyage", null, null), 1_000, filters);

    /// <summary>Reads all records, page by page.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReadAsync(RecordScope scope, int pageSize, params RecordFilter[] filters)
    {
        var records = new List<JsonElement>();
        RecordPosition? after = RecordPosition.Start;
        while (after is { } position)
        {
            var buffer = new ArrayBufferWriter<byte>();
            await using var json = new Utf8JsonWriter(buffer);
            json.WriteStartArray();
            after = await Query.WritePageAsync(scope, filters, position, pageSize, json, default);
            json.WriteEndArray();
            await json.FlushAsync();
            var page = JsonElement.Parse(buffer.WrittenSpan).EnumerateArray().ToList();
            page.Count.ShouldBeLessThanOrEqualTo(pageSize);
            if (after is not null)
                page.Count.ShouldBe(pageSize);
            records.AddRange(page);
        }

        return records;
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = CreateCommand(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = CreateCommand(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private NpgsqlCommand CreateCommand(string sql, object[] parameters)
    {
        var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
