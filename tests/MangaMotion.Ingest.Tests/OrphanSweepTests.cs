using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Ingest.Background.Orphans;
using MangaMotion.Storage;
using MangaMotion.Storage.Disk;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Tests;

/// <summary>Sweep of objects without a row, on a real database and each store.</summary>
public sealed class OrphanSweepTests(TestStack stack) : IAsyncLifetime
{
    private static readonly Guid Known = Guid.NewGuid();
    private static readonly Guid Part = Guid.NewGuid();

    // Negative, so that new objects are old enough, even if the store's clock is ahead.
    private static readonly TimeSpan AnyAge = -TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mangamotion-orphans-");
    private IngestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await IngestDatabase.CreateAsync(stack);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Objects_without_a_row_are_removed_from_the_disk() =>
        await SweepAsync(
            new DiskObjectStore(Options.Create(new StorageOptions { Kind = StoreKind.Disk, Disk = { Root = _folder.FullName } })));

    [Fact]
    public async Task Objects_without_a_row_are_removed_from_the_bucket()
    {
        await using var bucket = await stack.CreateBucketAsync();
        await SweepAsync(bucket.Store);
    }

    private async Task SweepAsync(IObjectStore store)
    {
        await store.CheckAsync(default);
        await _database.ExecuteAsync($"insert into ingests (id, owner_id, lane) values ('{Known}', '{Known}', 'normal')");
        await _database.ExecuteAsync($"insert into jobs (id, type, max_attempts, input) values ('{Known}', 'thumbnail', 3, '{{}}')");
        var (spoken, forgotten) = (new string('a', 64), new string('b', 64));
        await _database.ExecuteAsync(
            $$"""
            insert into jobs (id, type, max_attempts, input, parent_id, params)
            values ('{{Part}}', 'voice-gen', 3, '{}', '{{Known}}', '{"hash":"{{spoken}}"}')
            """);
        await _database.ExecuteAsync(
            $"insert into uploads (id, owner_id, key, name, content_type, size, token_sha256, link_until, expires_at) values ('{Known}', "
                + $"'{Known}', '{Upload.KeyOf(Known)}', '', '', 1, '', now(), now() + interval '1 day')");
        string[] kept =
        [
            $"originals/{Known:N}/a", $"processed/{Known:N}/preview.jpg", Upload.KeyOf(Known),
            $"videos/{Known:N}/pages/0001.png", $"shots/{spoken}/speech.wav", $"shots/{Part:N}/draft.mp4",
            $"elsewhere/{Guid.NewGuid():N}/x", $"originals/not-an-id/x", "originals/loose", "shots/not-a-hash/x",
            $"originals/{forgotten}/x",
        ];
        string[] orphans =
        [
            $"videos/{Guid.NewGuid():N}/pages/0001.png", $"videos/{Guid.NewGuid():N}/0123456789abcdef/video.mp4",
            $"shots/{forgotten}/segment.mp4", $"shots/{Guid.NewGuid():N}/draft.mp4",
            $"originals/{Guid.NewGuid():N}/a", $"originals/{Guid.NewGuid():N}/b", $"processed/{Guid.NewGuid():N}/preview.jpg",
            Upload.KeyOf(Guid.NewGuid()),
        ];
        foreach (var key in kept.Concat(orphans))
            await store.PutAsync(key, new MemoryStream([1]), new() { ContentType = "image/png" }, default);
        var sweep = new OrphanSweep(_database.Source, store, new UploadStore(_database.Source), TimeProvider.System);

        (await sweep.SweepAsync(TimeSpan.FromHours(1), default)).ShouldBe(0, "all are young");
        await using (var other = await _database.Source.OpenConnectionAsync())
        {
            await using var transaction = await other.BeginTransactionAsync();
            await using var turn = new NpgsqlCommand(
                "select pg_advisory_xact_lock(hashtext('mangamotion.orphan-sweep'))", other, transaction);
            await turn.ExecuteNonQueryAsync();
            (await sweep.SweepAsync(AnyAge, default)).ShouldBeNull("another instance is at it");
        }

        (await sweep.SweepAsync(AnyAge, default)).ShouldBe(orphans.Length);
        (await KeysAsync(store)).ShouldBe(kept, ignoreOrder: true);

        await _database.ExecuteAsync("update uploads set expires_at = now() - interval '1 second'");
        (await sweep.ExpireUploadsAsync(default)).ShouldBe(1);
        (await KeysAsync(store)).ShouldNotContain(Upload.KeyOf(Known));
    }

    private static async Task<string[]> KeysAsync(IObjectStore store) =>
        await store.ListAsync("", default).Select(found => found.Key).Where(key => key[0] != '~').ToArrayAsync();
}
