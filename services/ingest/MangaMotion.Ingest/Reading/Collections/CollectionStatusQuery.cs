using MangaMotion.Api;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs.Stats;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Collections;

/// <summary>Reads how far a collection is, at a cost by its ingests and not by their assets.</summary>
internal sealed class CollectionStatusQuery(NpgsqlDataSource database, JobPaces paces)
{
    private const string Sql =
        """
        with ingest as materialized (select id from ingests where owner_id = $1 and collection = $2)
        select (select count(*) from ingest), c.type, sum(c.done)::bigint, sum(c.processing)::bigint, sum(c.queued)::bigint, sum(c.failed)::bigint,
          sum(c.canceled)::bigint
        from ingest i cross join lateral (
          select * from job_counts where ingest_id = i.id union all select * from job_count_changes where ingest_id = i.id) c
        group by c.type
        """;

    public async Task<CollectionStatus?> FindAsync(string collection, Guid ownerId, CancellationToken cancellationToken)
    {
        var known = await paces.GetAsync(cancellationToken);
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = ownerId });
        command.Parameters.Add(new() { Value = collection });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (ingests, total, eta) = (0L, JobCounts.None, new Eta(0, 0));
        while (await reader.ReadAsync(cancellationToken))
        {
            ingests = reader.GetInt64(0);
            var progress = JobCounts.Sum(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6));
            total = total.Add(progress);
            eta = Eta.Later(eta, Eta.Of(known.GetValueOrDefault(reader.GetString(1), JobPace.Unknown), progress.Unfinished));
        }

        return ingests == 0 ? null : new(collection, total.Status, ingests, total, eta?.Seconds, eta?.Range);
    }
}
