using MangaMotion.Ingest.Keys;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Configuration;

namespace MangaMotion.Ingest.Tests;

/// <summary>Key of <c>MANGAMOTION_API_KEY</c>. Its row is written at its first use.</summary>
public sealed class FirstKeyTests(TestStack stack) : IAsyncLifetime
{
    private IngestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await IngestDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Concurrent_requests_with_the_first_key_all_find_it()
    {
        for (var round = 0; round < 40; round++)
        {
            await _database.ExecuteAsync("delete from api_keys");
            using var start = new Barrier(24);
            var found = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    var store = Store("first");
                    start.SignalAndWait();
                    return store.FindAsync("first", CancellationToken.None);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));

            found.ShouldAllBe(key => key != null && key.IsFirst);
        }
    }

    [Fact]
    public async Task A_changed_variable_replaces_the_first_key_unless_another_row_has_that_key()
    {
        (await Store("one").FindAsync("one", CancellationToken.None)).ShouldNotBeNull().IsFirst.ShouldBeTrue();
        (await Store("two").FindAsync("two", CancellationToken.None)).ShouldNotBeNull().IsFirst.ShouldBeTrue();
        (await Store("two").FindAsync("one", CancellationToken.None)).ShouldBeNull();

        await _database.ExecuteAsync(
            "insert into api_keys (id, owner_id, name, key_sha256, scopes) values (gen_random_uuid(), gen_random_uuid(), 'a colleague', "
                + "sha256('three'), '{read}')");
        (await Store("three").FindAsync("three", CancellationToken.None)).ShouldNotBeNull().IsFirst.ShouldBeFalse();
        (await _database.ScalarAsync<long>("select count(*) from api_keys")).ShouldBe(2);
    }

    private ApiKeyStore Store(string key) => new(
        _database.Source,
        TimeProvider.System,
        new ConfigurationBuilder().AddInMemoryCollection([new("MANGAMOTION_API_KEY", key)]).Build());
}
