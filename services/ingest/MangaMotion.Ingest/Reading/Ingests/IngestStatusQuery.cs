using System.Data;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs.Stats;
using MangaMotion.Media;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Ingests;

/// <summary>
/// Reads the status of an ingest: its counters and one page of its assets, in one round trip. The cost does not grow with the size of the
/// ingest.
/// </summary>
public sealed class IngestStatusQuery(NpgsqlDataSource database, JobPaces paces)
{
    /// <summary>Name of the list in page tokens.</summary>
    private const string ListName = "assets";

    public const int DefaultPageSize = 100;
    public const int MaxPageSize = 1_000;

    // One row for each job type; one row without a type if the ingest has no jobs.
    private const string Counters =
        """
        select i.collection, i.not_before, c.type, c.done, c.processing, c.queued, c.failed, c.canceled
        from ingests i left join lateral (
          select type, sum(done)::bigint as done, sum(processing)::bigint as processing, sum(queued)::bigint as queued,
            sum(failed)::bigint as failed, sum(canceled)::bigint as canceled
          from job_count_totals where ingest_id = i.id group by type) c on true
        where i.id = @ingest and i.owner_id = @owner
        """;

    private const string Finished =
        "select coalesce(sum(queued + processing), 0) = 0 from job_count_totals where ingest_id = @ingest";

    // Selects the page first and then its jobs, so the jobs of the whole ingest are not read.
    private const string Assets =
        """
        select a.position, a.id, a.name, a.media_type, j.status, j.attempts, j.last_error, j.result::text as result, j.id as job_id, a.size
        from (
          select position, id, ingest_id, name, media_type, size from assets
          where ingest_id = @ingest and owner_id = @owner and position > @after order by position limit @limit) a
        left join jobs j on j.ingest_id = @ingest and j.asset_id = a.id
        order by a.position
        """;

    /// <summary>Finds the path that makes a video of a file; null if files of its type are not chapters.</summary>
    internal static string? FindVideosUrl(string? mediaType) =>
        MediaType.All.FirstOrDefault(type => type.Name == mediaType)?.Kind is MediaKind.Archive or MediaKind.Pdf ? "/api/v1/videos" : null;

    public async Task<bool> IsFinishedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Finished);
        command.Parameters.AddWithValue("ingest", id);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IngestStatus?> FindAsync(Guid id, Guid ownerId, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        if (pageSize is < 1 or > MaxPageSize)
            throw new ProblemException(400, "invalid_page_size", $"pageSize must be 1 to {MaxPageSize}.");

        var after = PageToken.Read<int>(ListName, pageToken) ?? -1;
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Counters) { Parameters = { new("ingest", id), new("owner", ownerId) } });
        batch.BatchCommands.Add(new(Assets)
        {
            Parameters = { new("ingest", id), new("owner", ownerId), new("after", after), new("limit", pageSize + 1) },
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
            var position = reader.GetInt32("position");
            if (position != last && positions++ == pageSize)
            {
                next = PageToken.Write(ListName, last);
                break;
            }

            last = position;
            if (!reader.IsDBNull("job_id"))
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
            head ??= new(reader.GetText("collection"), JobCounts.None, new(0, 0));
            if (reader.GetText("type") is not { } type)
                continue;
            var progress = JobCounts.Read(reader);
            var start = reader.GetFieldValue<DateTimeOffset?>("not_before") - DateTimeOffset.UtcNow;
            var eta = Eta.Estimate(
                paces.GetValueOrDefault(type, JobPace.Unknown), progress.Unfinished, delay: Math.Max(0, start?.TotalSeconds ?? 0));
            head = head with { Progress = head.Progress.Add(progress), Eta = Eta.Combine(head.Eta, eta) };
        }

        return head;
    }

    private sealed record Head(string? Collection, IngestProgress Progress, Eta? Eta);

    private static AssetStatus Read(NpgsqlDataReader row) => new(
        row.GetGuid("id"), row.GetString("name"), row.GetText("media_type"), row.GetInt64("size"), row.GetString("status"),
        row.GetInt32("attempts"), row.GetText("last_error"), row.GetText("result") is { } result ? JsonElement.Parse(result) : null,
        row.GetGuid("job_id"))
    {
        VideosUrl = FindVideosUrl(row.GetText("media_type")),
    };
}
