using MangaMotion.Ingest.Reading.Jobs;
using MangaMotion.TestSupport;

namespace MangaMotion.Ingest.Tests;

/// <summary>GET /jobs?q= among many jobs, most of them of another owner.</summary>
public sealed class JobSearchTests(TestStack stack) : IAsyncLifetime
{
    private const int Many = 60_000;
    private static readonly Guid Owner = Guid.NewGuid();

    private IngestDatabase _database = null!;
    private JobListQuery _query = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await IngestDatabase.CreateAsync(stack);
        _query = new(_database.Source);
        await _database.ExecuteAsync(
            $"insert into ingests (id, owner_id, lane) select gen_random_uuid(), case when n = 1 then gen_random_uuid() else '{Owner}' "
                + "end, 'normal' from generate_series(1, 3) n");
        await _database.ExecuteAsync(
            $"""
            with asset as (
              insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256)
              select gen_random_uuid(), i.id, i.owner_id, n, 'holiday ' || md5(n::text) || '.png', '', 1, ''
                from ingests i, generate_series(1, {Many / 3}) n
              returning id, ingest_id, owner_id, position)
            insert into jobs (id, owner_id, ingest_id, asset_id, type, status, finished_at, max_attempts, input, last_error)
            select gen_random_uuid(), owner_id, ingest_id, id, 'thumbnail', case when position % 2 = 0 then 'DONE' else 'UPLOADED' end,
              case when position % 2 = 0 then now() end, 3, '{"{}"}',
              case when position % 100 = 0 then 'The file ' || md5((position + 1)::text) || ' is damaged.' end
            from asset
            """);
        // As autovacuum does later, this moves the pending entries into the indexes.
        await _database.ExecuteAsync("vacuum analyze");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("A87FF679A2F3", 2, "assets_name_search")]
    [InlineData("38B3EFF8BAF5", 4, "jobs_error_search")]
    [InlineData("nowhere to be found", 0, "assets_name_search")]
    public async Task Part_of_a_name_or_error_is_found_by_an_index(string part, int found, string index)
    {
        (await _query.ListAsync(Search(part), [Owner], default)).Jobs.Count.ShouldBe(found);

        var plan = await PlanAsync(Search(part));
        plan.Contains(index, StringComparison.Ordinal).ShouldBeTrue(plan);
        plan.Contains("Seq Scan on jobs", StringComparison.Ordinal).ShouldBeFalse(plan);
        plan.Contains("Seq Scan on assets", StringComparison.Ordinal).ShouldBeFalse(plan);
    }

    [Fact]
    public async Task Frequent_text_and_ids_are_found_without_a_scan()
    {
        var everywhere = await _query.ListAsync(Search("holiday"), [Owner], default);
        everywhere.Jobs.Count.ShouldBe(100);
        var next = await _query.ListAsync(Search("holiday") with { PageToken = everywhere.NextPageToken }, [Owner], default);
        everywhere.Jobs.Concat(next.Jobs).Select(job => job.Id).ShouldBeInOrder(SortDirection.Descending);
        everywhere.Jobs.Concat(next.Jobs).Select(job => job.Id).ShouldBeUnique();
        (await _query.ListAsync(Search("holiday") with { Status = "DONE" }, [Owner], default)).Jobs.ShouldAllBe(
            job => job.Status == "DONE");
        (await _query.ListAsync(Search("holiday"), [Guid.NewGuid()], default)).Jobs.ShouldBeEmpty();

        var job = everywhere.Jobs[50];
        foreach (var id in (Guid?[])[job.Id, job.AssetId])
        {
            (await _query.ListAsync(Search($"{id}"), [Owner], default)).Jobs.ShouldHaveSingleItem().Id.ShouldBe(job.Id);
            (await PlanAsync(Search($"{id}"))).ShouldNotContain("Seq Scan on jobs");
        }
    }

    private static JobListParameters Search(string part) => new(Type: null, Status: null, Collection: null, part, PageToken: null);

    private async Task<string> PlanAsync(JobListParameters asked)
    {
        await using var command = _query.CreateCommand(asked, [Owner]);
        command.CommandText = "explain " + command.CommandText;
        var plan = new List<string>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
            plan.Add(row.GetString(0));
        return string.Join('\n', plan);
    }
}
