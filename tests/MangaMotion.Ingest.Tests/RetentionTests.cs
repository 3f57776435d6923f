using MangaMotion.Ingest.Background.Removal;
using MangaMotion.Ingest.Background.Retention;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Tests;

public sealed class RetentionTests(TestStack stack) : IAsyncLifetime
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);
    private static readonly Guid Owner = Guid.NewGuid();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mangamotion-retention-");
    private IngestDatabase _database = null!;
    private DiskObjectStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await IngestDatabase.CreateAsync(stack);
        _store = new(Options.Create(new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = _folder.FullName } }));
        await _store.CheckAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Ingests_finished_before_the_retention_are_deleted_completely_and_others_stay()
    {
        var finished = await AddAsync(40, ("thumbnail", "DONE", 40), ("thumbnail", "CANCELED", 31), ("video", "DONE", 35));
        var video = await _database.ScalarAsync<Guid>($"select id from jobs where ingest_id = '{finished}' and type = 'video'");
        await _database.ExecuteAsync(
            $$"""
            insert into jobs (id, type, status, finished_at, max_attempts, input, parent_id)
            values (gen_random_uuid(), 'voice-gen', 'DONE', now(), 3, '{}', '{{video}}')
            """);
        await _database.ExecuteAsync($"insert into job_attempts (job_id, token, worker_id) values ('{video}', gen_random_uuid(), 'w')");
        await _database.ExecuteAsync($"insert into videos (id, state, options) values ('{video}', 'Completed', '{"{}"}')");
        await PutAsync($"videos/{video:N}/film.mp4");
        var forgiven = await AddAsync(40, ("thumbnail", "FAILED", 40));
        await AddDeadLetterAsync(forgiven, resolved: true);

        var open = await AddAsync(40, ("thumbnail", "FAILED", 40));
        await AddDeadLetterAsync(open, resolved: false);
        Guid[] kept =
        [
            await AddAsync(40, ("thumbnail", "DONE", 40), ("thumbnail", "PROCESSING", null)), await AddAsync(40,
                ("thumbnail", "UPLOADED", null)),
            await AddAsync(40, ("thumbnail", "DONE", 40), ("thumbnail", "DONE", 29)), await AddAsync(29, ("thumbnail", "DONE", 29)),
            await AddAsync(40, ("records", "DONE", 40)), open,
        ];
        var before = await CountersAsync(kept);

        (await CreateRetention().RetainAsync(Age, default)).ShouldBe(2);

        (await _database.ScalarAsync<Guid[]>("select array_agg(id order by id) from ingests")).ShouldBe(kept, ignoreOrder: true);
        (await _database.ScalarAsync<long>("select count(*) from jobs where ingest_id is null or not exists (select from ingests i where "
            + "i.id = ingest_id)")).ShouldBe(0);
        (await _database.ScalarAsync<long>("select count(*) from job_attempts")).ShouldBe(0);
        (await _database.ScalarAsync<long>("select count(*) from videos")).ShouldBe(0);
        (await _database.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(1);
        (await CountersAsync(kept)).ShouldBe(before);
        (await CountersAsync([finished, forgiven])).ShouldBe("");
        (await _database.ScalarAsync<decimal>($"select sum(queued + processing) from job_count_totals where owner_id = '{Owner}'"))
            .ShouldBe(2);
        (await KeysAsync()).Select(key => Guid.Parse(key.Split('/')[1])).Distinct().ShouldBe(kept, ignoreOrder: true);

        (await CreateRetention().RetainAsync(Age, default)).ShouldBe(0);
    }

    [Fact]
    public async Task A_job_replayed_during_the_retention_keeps_its_ingest()
    {
        var ingest = await AddAsync(40, ("thumbnail", "CANCELED", 40));
        await using var replay = await _database.Source.OpenConnectionAsync();
        await using var transaction = await replay.BeginTransactionAsync();
        await using (var revive = replay.CreateCommand())
        {
            revive.CommandText = $"update jobs set status = 'UPLOADED', finished_at = null where ingest_id = '{ingest}'";
            await revive.ExecuteNonQueryAsync();
        }

        var retaining = CreateRetention().RetainAsync(Age, default);
        await Eventually.Until(async () => await _database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = "
            + "current_database() and wait_event_type = 'Lock'") == 1);
        await transaction.CommitAsync();

        (await retaining).ShouldBe(0);
        (await _database.ScalarAsync<string>("select status from jobs")).ShouldBe("UPLOADED");
        (await KeysAsync()).Length.ShouldBe(1);
    }

    [Fact]
    public async Task One_pass_deletes_more_than_a_batch()
    {
        await _database.ExecuteAsync(
            $$"""
            with old as (
              insert into ingests (id, owner_id, lane, created_at)
                select gen_random_uuid(), '{{Owner}}', 'normal', now() - interval '40 days' from generate_series(1, 250) returning id)
            insert into jobs (id, owner_id, ingest_id, type, status, max_attempts, input, finished_at)
            select gen_random_uuid(), '{{Owner}}', id, 'thumbnail', 'DONE', 3, '{}', now() - interval '40 days' from old
            """);

        (await CreateRetention().RetainAsync(Age, default)).ShouldBe(250);

        (await _database.ScalarAsync<long>("select count(*) from jobs")).ShouldBe(0);
        (await _database.ScalarAsync<long>("select count(*) from job_count_totals")).ShouldBe(0);
    }

    private IngestRetention CreateRetention() => new(
        _database.Source,
        new(
            _database.Source, _store, new(_database.Source, _store, new(_database.Source), TimeProvider.System),
            NullLogger<ObjectRemovals>.Instance));

    private async Task<Guid> AddAsync(int daysOld, params (string Type, string Status, int? FinishedDaysAgo)[] jobs)
    {
        var ingest = Guid.NewGuid();
        await _database.ExecuteAsync(
            $"insert into ingests (id, owner_id, lane, created_at) values ('{ingest}', '{Owner}', 'normal', now() - interval '{daysOld} "
                + "days')");
        foreach (var (type, status, days) in jobs)
        {
            await _database.ExecuteAsync(
                $$"""
                insert into jobs (id, owner_id, ingest_id, type, status, max_attempts, input, finished_at)
                values (gen_random_uuid(), '{{Owner}}', '{{ingest}}', '{{type}}', '{{status}}', 3, '{}',
                  {{(days is null ? "null" : $"now() - interval '{days} days'")}})
                """);
        }

        await PutAsync($"originals/{ingest:N}/a");
        return ingest;
    }

    private Task AddDeadLetterAsync(Guid ingest, bool resolved) => _database.ExecuteAsync(
        $$"""
        insert into failed_jobs (id, job_id, job_type, status, attempts, max_attempts, last_error, error_stacktrace, input_data,
          error_class, error_code, fingerprint, error_queue, resolved_at)
        select gen_random_uuid(), id, type, '{{(resolved ? "RESOLVED" : "FAILED")}}', 3, 3, '', '', '{}', '', '', '', '',
          {{(resolved ? "now()" : "null")}} from jobs where ingest_id = '{{ingest}}'
        """);

    private Task<StoredObject> PutAsync(string key) =>
        _store.PutAsync(key, new MemoryStream([1]), new() { ContentType = "image/png" }, default);

    private async Task<string[]> KeysAsync() => await _store.ListAsync("", default).Select(found => found.Key).ToArrayAsync();

    private Task<string> CountersAsync(Guid[] ingests) => _database.ScalarAsync<string>(
        $$"""
        select coalesce(string_agg(counted::text, ' ' order by counted), '') from (
          select (ingest_id, type, sum(queued), sum(processing), sum(done), sum(failed), sum(canceled)) as counted
          from job_count_totals where ingest_id = any('{ {{string.Join(',', ingests)}} }') group by ingest_id, type) as parts
        """);
}
