using MangaMotion.Ingest.Background.Orphans;
using MangaMotion.Ingest.Background.Removal;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Tests;

/// <summary>Removal of rows and objects while a video is accepted, and of parts that videos share.</summary>
public sealed class RemovalTests(TestStack stack) : IAsyncLifetime
{
    private static readonly Guid Owner = Guid.NewGuid();
    private readonly Guid _ingest = Guid.NewGuid();
    private readonly Guid _asset = Guid.NewGuid();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mangamotion-removal-");
    private IngestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await IngestDatabase.CreateAsync(stack);
        await _database.ExecuteAsync(
            $"""
            insert into ingests (id, owner_id, lane) values ('{_ingest}', '{Owner}', 'normal');
            insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256)
            values ('{_asset}', '{_ingest}', '{Owner}', 0, 'a.png', 'originals/a', 1, 'x');
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_video_accepted_before_the_deletion_is_deleted_with_the_ingest()
    {
        await using var accepting = await _database.Source.OpenConnectionAsync();
        await using var transaction = await accepting.BeginTransactionAsync();
        await HoldChapterAsync(accepting, transaction);
        await ExecuteAsync(
            accepting, transaction,
            $$"""
            insert into jobs (id, owner_id, ingest_id, type, max_attempts, input)
            values (gen_random_uuid(), '{{Owner}}', '{{_ingest}}', 'video', 3, '{}')
            """);

        var deleting = DeleteAsync();
        await Eventually.Until(
            async () => await _database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 1,
            what: "the deletion waits for the acceptance");
        await transaction.CommitAsync();

        (await deleting).ShouldBeTrue();
        (await _database.ScalarAsync<long>("select count(*) from jobs")).ShouldBe(0);
        (await _database.ScalarAsync<long>("select count(*) from job_count_totals")).ShouldBe(0);
    }

    [Fact]
    public async Task Files_of_a_composition_that_a_newer_one_replaced_are_removed_once_their_links_have_expired()
    {
        var store = new DiskObjectStore(Options.Create(new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = _folder.FullName } }));
        await store.CheckAsync(default);
        var day = TimeSpan.FromDays(1);
        var edited = await AddVideoAsync("DONE", finished: 2 * day, "old", "new");
        var undone = await AddVideoAsync("DONE", finished: 2 * day, "shared", "shared");
        var failed = await AddVideoAsync("FAILED", finished: 2 * day, "old", "new");
        var young = await AddVideoAsync("DONE", finished: day / 2, "old", "new");
        var removals = new ObjectRemovals(
            _database.Source, store, new OrphanSweep(_database.Source, store, new(_database.Source), TimeProvider.System),
            NullLogger<ObjectRemovals>.Instance);

        await using (var editing = await _database.Source.OpenConnectionAsync())
        {
            await using var transaction = await editing.BeginTransactionAsync();
            await ExecuteAsync(editing, transaction, $"select from jobs where id in ('{edited}', '{undone}') for update");
            (await removals.AddReplacedAsync(DateTimeOffset.UtcNow - day, default)).ShouldBe(0, "an edit holds the videos");
        }

        (await removals.AddReplacedAsync(DateTimeOffset.UtcNow - day, default)).ShouldBe(1);
        (await removals.AddReplacedAsync(DateTimeOffset.UtcNow - day, default)).ShouldBe(0);
        (await removals.RemoveOverdueAsync(default)).ShouldBe(1);

        var keys = await store.ListAsync("videos/", default).Select(found => found.Key).ToArrayAsync();
        keys.ShouldBe(
            [$"videos/{edited:N}/new/video.mp4", $"videos/{undone:N}/shared/video.mp4",
                .. new[] { failed, young }.SelectMany(
                    video => new[] { "old", "new" }.Select(prefix => $"videos/{video:N}/{prefix}/video.mp4"))],
            ignoreOrder: true);
        (await _database.ScalarAsync<long>("select count(*) from jobs where type = 'compositing'")).ShouldBe(6);

        async Task<Guid> AddVideoAsync(string status, TimeSpan finished, string old, string newest)
        {
            var (video, first, second) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
            await _database.ExecuteAsync(
                $$"""
                insert into jobs (id, owner_id, type, max_attempts, input, status, result, finished_at)
                values ('{{video}}', '{{Owner}}', 'video', 3, '{}', '{{status}}', '{{Result(newest)}}',
                  clock_timestamp() - interval '{{finished.TotalHours}} hours');
                insert into jobs (id, parent_id, type, max_attempts, input, status, result, finished_at)
                values ('{{first}}', '{{video}}', 'compositing', 3, '{}', 'DONE', '{{Result(old)}}', clock_timestamp()),
                  ('{{second}}', '{{video}}', 'compositing', 3, '{}', 'DONE', '{{Result(newest)}}', clock_timestamp());
                insert into videos (id, state, options) values ('{{video}}', 'completed', '{}');
                insert into stages (video_id, stage, position, status, job_id)
                values ('{{video}}', 'compositing', 3, 'DONE', '{{second}}');
                """);
            foreach (var prefix in new[] { old, newest }.Distinct())
            {
                var key = $"videos/{video:N}/{prefix}/video.mp4";
                await store.PutAsync(key, new MemoryStream([1]), new() { ContentType = "video/mp4" }, default);
            }

            return video;

            string Result(string prefix) => $$"""{"files": [{"variant": "video", "key": "videos/{{video:N}}/{{prefix}}/video.mp4"}]}""";
        }
    }

    [Fact]
    public async Task A_video_of_a_deleted_chapter_is_rejected()
    {
        (await DeleteAsync()).ShouldBeTrue();
        await using var accepting = await _database.Source.OpenConnectionAsync();
        await using var transaction = await accepting.BeginTransactionAsync();

        (await HoldChapterAsync(accepting, transaction).ShouldThrowAsync<PostgresException>()).SqlState.ShouldBe("MM404");
        (await DeleteAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Speech_and_segments_are_deleted_with_their_video_unless_another_video_uses_them()
    {
        var (video, other) = (Guid.NewGuid(), Guid.NewGuid());
        var (own, shared, part) = (new string('a', 64), new string('b', 64), Guid.NewGuid());
        await _database.ExecuteAsync(
            $$"""
            insert into jobs (id, owner_id, ingest_id, type, max_attempts, input)
            values ('{{video}}', '{{Owner}}', '{{_ingest}}', 'video', 3, '{}'), ('{{other}}', '{{Owner}}', null, 'video', 3, '{}');
            insert into jobs (id, parent_id, type, max_attempts, input, params)
            values ('{{part}}', '{{video}}', 'voice-gen', 3, '{}', '{"hash":"{{own}}"}'),
              (gen_random_uuid(), '{{video}}', 'video-gen', 3, '{}', '{"hash":"{{shared}}"}'),
              (gen_random_uuid(), '{{other}}', 'video-gen', 3, '{}', '{"hash":"{{shared}}"}');
            """);
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var set = await RemovalRequest.OfVideo(video, Owner).FindAsync(connection, transaction, default);
        var removal = await IngestRemoval.DeleteRowsAsync(connection, transaction, set.ShouldNotBeNull(), default);
        await transaction.CommitAsync();

        var store = new DiskObjectStore(Options.Create(new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = _folder.FullName } }));
        string[] keys =
        [
            $"originals/{_ingest:N}/a", $"videos/{video:N}/pages/0001.png", $"shots/{own}/speech.json", $"shots/{part:N}/draft.mp4",
            $"shots/{shared}/segment.mp4",
        ];
        foreach (var key in keys)
            await store.PutAsync(key, new MemoryStream([1]), new() { ContentType = "image/png" }, default);
        var sweep = new OrphanSweep(_database.Source, store, new(_database.Source), TimeProvider.System);
        await new ObjectRemovals(_database.Source, store, sweep, NullLogger<ObjectRemovals>.Instance).TryRemoveAsync(removal);

        (await store.ListAsync("", default).Select(found => found.Key).ToArrayAsync()).ShouldBe([$"shots/{shared}/segment.mp4"]);
        (await _database.ScalarAsync<long>("select count(*) from object_removals")).ShouldBe(0);
    }

    private Task HoldChapterAsync(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        ExecuteAsync(connection, transaction, $$"""select hold_chapter('{{_ingest}}', '{ {{_asset}} }')""");

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> DeleteAsync()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await RemovalRequest.OfIngest(_ingest, Owner).FindAsync(connection, transaction, default) is not { } set)
            return false;
        await IngestRemoval.DeleteRowsAsync(connection, transaction, set, default);
        await transaction.CommitAsync();
        return true;
    }
}
