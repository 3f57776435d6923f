using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.Ingest.Api;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Ingests;

/// <summary>Reads the status of an ingest: its counters and one page of its assets, in one round trip.</summary>
public sealed class IngestStatusQuery(NpgsqlDataSource database)
{
    public const int DefaultPageSize = 100;
    private const int MaxPageSize = 1_000;

    private const string Counters =
        """
        select i.collection,
          count(*) filter (where j.status = 'DONE'), count(*) filter (where j.status = 'PROCESSING'),
          count(*) filter (where j.status = 'UPLOADED'), count(*) filter (where j.status = 'FAILED'),
          count(*) filter (where j.status = 'CANCELED'), count(j.id),
          -- Seconds by the pace of this ingest so far: the mean time between two finished jobs, times those that are left.
          extract(epoch from max(j.finished_at) - min(j.started_at)) / nullif(count(*) filter (where j.finished_at is not null), 0)
            * count(*) filter (where j.status in ('UPLOADED', 'PROCESSING'))
        from ingests i left join jobs j on j.ingest_id = i.id
        where i.id = $1 and i.owner_id = $2
        group by i.id
        """;

    private const string Assets =
        """
        select a.position, a.id, a.name, a.media_type, j.status, j.attempts, j.last_error, j.result::text, j.id
        from assets a join jobs j on j.ingest_id = a.ingest_id and j.asset_id = a.id
        where a.ingest_id = $1 and a.owner_id = $2 and a.position > $3
        order by a.position limit $4
        """;

    /// <param name="after">The position after which the page begins.</param>
    public async Task<IngestStatus?> FindAsync(Guid id, Guid ownerId, int after, int pageSize, CancellationToken cancellationToken)
    {
        if (pageSize is < 1 or > MaxPageSize)
            throw new ProblemException(400, "invalid_page_size", $"pageSize must be 1 to {MaxPageSize}.");

        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Counters) { Parameters = { new() { Value = id }, new() { Value = ownerId } } });
        batch.BatchCommands.Add(new(Assets)
        {
            Parameters = { new() { Value = id }, new() { Value = ownerId }, new() { Value = after }, new() { Value = pageSize + 1 } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;

        var collection = reader.IsDBNull(0) ? null : reader.GetString(0);
        var progress = new IngestProgress(
            reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6));
        double? eta = reader.IsDBNull(7) ? null : Math.Round((double)reader.GetDecimal(7), 1);

        await reader.NextResultAsync(cancellationToken);
        var assets = new List<AssetStatus>();
        string? next = null;
        var last = after;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (assets.Count == pageSize)
            {
                next = PageToken.Write(last);
                break;
            }

            last = reader.GetInt32(0);
            assets.Add(Read(reader));
        }

        return new(id, Summary(progress), progress, eta, assets) { Collection = collection, NextPageToken = next };
    }

    private static string Summary(IngestProgress progress) =>
        progress.Queued == progress.Total ? "accepted"
        : progress.Queued + progress.Processing > 0 ? "processing"
        : "finished";

    private static AssetStatus Read(NpgsqlDataReader row) => new(
        row.GetGuid(1),
        row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.GetString(4),
        row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : JsonElement.Parse(row.GetString(7)),
        row.GetGuid(8));
}
