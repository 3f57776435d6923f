using MangaMotion.Ingest.Reading.Jobs;
using MangaMotion.TestSupport;

namespace MangaMotion.Ingest.Tests;

/// <summary>GET /jobs?q= in a database whose account may not create extensions.</summary>
public sealed class JobSearchWithoutIndexTests(TestStack stack) : IAsyncLifetime
{
    private static readonly Guid Owner = Guid.NewGuid();

    private IngestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await IngestDatabase.CreateAsync(stack, account: $"plain_{Guid.NewGuid():N}");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("OLIDAY", 1)]
    [InlineData("is damaged", 1)]
    [InlineData("nowhere", 0)]
    public async Task The_schema_is_created_and_parts_of_names_and_errors_are_found(string part, int found)
    {
        (await _database.ScalarAsync<long>("select count(*) from pg_extension where extname = 'pg_trgm'")).ShouldBe(0);
        (await _database.ScalarAsync<long>("select count(*) from schema_versions where name in ('0005_search.sql', '0002_ingests.sql')"))
            .ShouldBe(2);
        (await _database.ScalarAsync<long>("select count(*) from pg_indexes where indexname like '%\\_search'")).ShouldBe(0);
        await _database.ExecuteAsync(
            $"""
            with ingest as (insert into ingests (id, owner_id, lane)
              values (gen_random_uuid(), '{Owner}', 'normal') returning id, owner_id),
            asset as (
              insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256)
              select gen_random_uuid(), id, owner_id, n, case n when 1 then 'Holiday.png' else 'other.png' end, '', 1, ''
                from ingest, generate_series(1, 2) n
              returning id, ingest_id, owner_id, position)
            insert into jobs (id, owner_id, ingest_id, asset_id, type, status, finished_at, max_attempts, input, last_error)
            select gen_random_uuid(), owner_id, ingest_id, id, 'thumbnail', 'FAILED', now(), 3, '{"{}"}',
              case position when 2 then 'The file is damaged.' end from asset
            """);

        var jobs = await new JobListQuery(_database.Source).ListAsync(
            new(Type: null, Status: null, Collection: null, part, PageToken: null), [Owner], default);

        jobs.Jobs.Count.ShouldBe(found);
    }
}
