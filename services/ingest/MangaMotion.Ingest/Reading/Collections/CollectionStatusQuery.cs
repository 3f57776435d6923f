using System.Data;
using MangaMotion.Api;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs.Stats;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Collections;

/// <summary>Reads the progress of a collection. The cost grows with its ingests, not with their assets.</summary>
internal sealed class CollectionStatusQuery(NpgsqlDataSource database, JobPaces paces)
{
    private const string Sql =
        """
        with ingest as materialized (select id from ingests where owner_id = @owner and collection = @collection)
        select (select count(*) from ingest) as ingests, c.type, sum(c.done)::bigint as done, sum(c.processing)::bigint as processing,
          sum(c.queued)::bigint as queued, sum(c.failed)::bigint as failed, sum(c.canceled)::bigint as canceled
        from ingest i cross join lateral (
          select * from job_counts where ingest_id = i.id union all select * from job_count_changes where ingest_id = i.id) c
        group by c.type
        """;

    public async Task<CollectionStatus?> FindAsync(string collection, Guid ownerId, CancellationToken cancellationToken)
    {
        var known = await paces.GetAsync(cancellationToken);
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddAll(new("owner", ownerId), new("collection", collection));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (ingests, total, eta) = (0L, JobCounts.None, new Eta(0, 0));
        while (await reader.ReadAsync(cancellationToken))
        {
            ingests = reader.GetInt64("ingests");
            var progress = JobCounts.Read(reader);
            total = total.Add(progress);
            eta = Eta.Combine(eta, Eta.Estimate(known.GetValueOrDefault(reader.GetString("type"), JobPace.Unknown), progress.Unfinished));
        }

        return ingests == 0 ? null : new(collection, total.Status, ingests, total, eta?.Seconds, eta?.Range);
    }
}
