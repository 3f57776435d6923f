using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs.Stats;
using MangaMotion.Media;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Ingests;

/// <summary>
/// Reads the status of an ingest: its counters and one page of its assets, in one round trip, at the same cost whatever the
/// size of the ingest.
/// </summary>
public sealed class IngestStatusQuery(NpgsqlDataSource database, JobPaces paces)
{
    /// <summary>Name of the list in page tokens.</summary>
    private const string ListName = "assets";

    public const int DefaultPageSize = 100;
    public const int MaxPageSize = 1_000;

    // A job type a row; one row without a type where the ingest has no jobs.
    private const string Counters =
        """
        select i.collection, i.not_before, c.type, c.done, c.processing, c.queued, c.failed, c.canceled
        from ingests i left join lateral (
          select type, sum(done)::bigint as done, sum(processing)::bigint as processing, sum(queued)::bigint as queued,
            sum(failed)::bigint as failed, sum(canceled)::bigint as canceled
          from job_count_totals where ingest_id = i.id group by type) c on true
        where i.id = $1 and i.owner_id = $2
        """;

    private const string Finished =
        "select coalesce(sum(queued + processing), 0) = 0 from job_count_totals where ingest_id = $1";

    // The page first, then its jobs: never the jobs of the whole ingest.
    private const string Assets =
        """
        select a.position, a.id, a.name, a.media_type, j.status, j.attempts, j.last_error, j.result::text, j.id, a.size
        from (
          select position, id, ingest_id, name, media_type, size from assets
          where ingest_id = $1 and owner_id = $2 and position > $3 order by position limit $4) a
        left join jobs j on j.ingest_id = $1 and j.asset_id = a.id
        order by a.position
        """;

    /// <summary>Path that makes a video of a file; null if a file of its type is no chapter.</summary>
    internal static string? FindVideosUrl(string? mediaType) =>
        MediaType.All.FirstOrDefault(type => type.Name == mediaType)?.Kind is MediaKind.Archive or MediaKind.Pdf ? "/api/v1/videos" : null;

    public async Task<bool> IsFinishedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Finished);
        command.Parameters.Add(new() { Value = id });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IngestStatus?> FindAsync(Guid id, Guid ownerId, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        if (pageSize is < 1 or > MaxPageSize)
            throw new ProblemException(400, "invalid_page_size", $"pageSize must be 1 to {MaxPageSize}.");

        var after = PageToken.Read<int>(ListName, pageToken) ?? -1;
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Counters) { Parameters = { new() { Value = id }, new() { Value = ownerId } } });
        batch.BatchCommands.Add(new(Assets)
        {
            Parameters = { new() { Value = id }, new() { Value = ownerId }, new() { Value = after }, new() { Value = pageSize + 1 } },
        });
        var known = await paces.GetAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await ReadHeadAsync(reader, known, cancellationToken) is not { } head)
            return null;

        await reader.NextResultAsync(cancellationToken);
        var assets = new List<AssetStatus>();
        string? next = null;
        var last = after;
        var positions = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt32(0) != last && positions++ == pageSize)
            {
                next = PageToken.Write(ListName, last);
                break;
            }

            last = reader.GetInt32(0);
            if (!reader.IsDBNull(8))
                assets.Add(Read(reader));
        }

        return new(id, head.Progress.Status, head.Progress, head.Eta?.Seconds, assets)
        {
            EtaRangeSeconds = head.Eta?.Range,
            Collection = head.Collection,
            NextPageToken = next,
        };
    }

    private static async Task<Head?> ReadHeadAsync(
        NpgsqlDataReader reader, IReadOnlyDictionary<string, JobPace> paces, CancellationToken cancellationToken)
    {
        Head? head = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var wait = reader.IsDBNull(1) ? 0 : Math.Max(0, (reader.GetFieldValue<DateTimeOffset>(1) - DateTimeOffset.UtcNow).TotalSeconds);
            head ??= new(reader.IsDBNull(0) ? null : reader.GetString(0), JobCounts.None, new(0, 0));
            if (reader.IsDBNull(2))
                continue;
            var progress = JobCounts.Sum(reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
            var eta = Eta.Of(paces.GetValueOrDefault(reader.GetString(2), JobPace.Unknown), progress.Unfinished, wait);
            head = head with { Progress = head.Progress.Add(progress), Eta = Eta.Later(head.Eta, eta) };
        }

        return head;
    }

    private sealed record Head(string? Collection, IngestProgress Progress, Eta? Eta);

    private static AssetStatus Read(NpgsqlDataReader row) => new(
        row.GetGuid(1),
        row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.GetInt64(9),
        row.GetString(4),
        row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : JsonElement.Parse(row.GetString(7)),
        row.GetGuid(8))
    {
        VideosUrl = FindVideosUrl(row.IsDBNull(3) ? null : row.GetString(3)),
    };
}
