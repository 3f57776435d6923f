using System.Data;
using MangaMotion.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>Source of events: the jobs of an ingest, or one job.</summary>
/// <param name="Id">Id of the ingest or of the job.</param>
/// <param name="IngestId">Id of the ingest, or of the job's ingest.</param>
internal sealed record EventSource(Guid Id, Guid? IngestId)
{
    public bool IsIngest => Id == IngestId;
}

/// <summary>Page of the jobs that have changed since a cursor.</summary>
/// <param name="To">Cursor for the next reading, once all pages are read.</param>
/// <param name="HasEnded">True if all watched jobs have ended.</param>
/// <param name="Next">Position of the next page; null for the last page.</param>
internal sealed record ChangedJobs(IReadOnlyList<JobEvent> Jobs, ChangeCursor To, bool HasEnded, PagePosition? Next);

/// <summary>The last job of a page.</summary>
internal sealed record PagePosition(ulong Revision, Guid JobId);

/// <summary>Reads changes of jobs from their rows. One reading is one statement, so it has one snapshot.</summary>
internal sealed class JobEventQuery(NpgsqlDataSource database)
{
    public const int PageSize = 1_000;

    // The lower bound finds the few rows in the index. The visibility check leaves out the rows that the reader has.
    private const string OfIngest =
        """
        select source.snapshot, source.ended, j.revision, j.id, j.status, j.stage, j.progress, j.claimed_by, j.updated_at
        from (
          select pg_current_snapshot()::text as snapshot,
            (select coalesce(sum(queued + processing), 0) = 0 from job_count_totals where ingest_id = @source) as ended) source
        left join lateral (
          select * from jobs
          where ingest_id = @source and revision >= pg_snapshot_xmin(@since::text::pg_snapshot)
            and not pg_visible_in_snapshot(revision, @since::text::pg_snapshot)
            and (revision, id) > (@page_revision, @page_job)
          union all
          select * from jobs
          where id = any(@reported) and ingest_id = @source and pg_visible_in_snapshot(revision, @since::text::pg_snapshot)
          order by revision, id limit @limit) j on true
        order by j.revision, j.id
        """;

    private const string OfJob =
        """
        select pg_current_snapshot()::text as snapshot, source.status in ('DONE', 'FAILED', 'CANCELED') as ended,
          j.revision, j.id, j.status, j.stage, j.progress, j.claimed_by, j.updated_at
        from jobs source left join jobs j on j.id = source.id
          and (not pg_visible_in_snapshot(j.revision, @since::text::pg_snapshot) or j.id = any(@reported))
        where source.id = @source
        """;

    /// <summary>Finds the source with an id; null if the owner has none.</summary>
    public async Task<EventSource?> FindIngestAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select from ingests where id = @id and owner_id = @owner");
        command.Parameters.AddAll(new("id", id), new("owner", ownerId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(id, id) : null;
    }

    /// <inheritdoc cref="FindIngestAsync"/>
    public async Task<EventSource?> FindJobAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select ingest_id from jobs where id = @id and owner_id = @owner");
        command.Parameters.AddAll(new("id", id), new("owner", ownerId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(id, reader.GetFieldValue<Guid?>("ingest_id")) : null;
    }

    /// <summary>Reads a page of the changed jobs.</summary>
    /// <param name="page">Position of the page; null for the first one.</param>
    /// <param name="reported">Jobs that are read even if their rows did not change, because they have reported progress.</param>
    public async Task<ChangedJobs> ReadAsync(
        EventSource source, ChangeCursor since, PagePosition? page, Guid[] reported, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(source.IsIngest ? OfIngest : OfJob);
        command.Parameters.AddAll(
            new("source", source.Id),
            new("since", since.Text),
            new("page_revision", NpgsqlDbType.Xid8) { Value = page?.Revision ?? 0 },
            new("page_job", page?.JobId ?? Guid.Empty),
            new("reported", reported),
            new("limit", PageSize));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<JobEvent>();
        ChangeCursor? to = null;
        PagePosition? last = null;
        var ended = true;
        while (await reader.ReadAsync(cancellationToken))
        {
            to ??= ChangeCursor.Parse(reader.GetString("snapshot"))
                ?? throw new InvalidOperationException($"The snapshot '{reader.GetString("snapshot")}' of Postgres has an unknown shape.");
            ended = reader.GetBoolean("ended");
            if (reader.IsDBNull("id"))
                continue;
            last = new(reader.GetFieldValue<ulong>("revision"), reader.GetGuid("id"));
            jobs.Add(Read(reader));
        }

        // Without a row, the job was deleted.
        return new(jobs, to ?? since, ended, jobs.Count == PageSize ? last : null);
    }

    private static JobEvent Read(NpgsqlDataReader row) => new(
        row.GetGuid("id"), row.GetText("stage"), row.GetInt16("progress"), row.GetString("status"), row.GetText("claimed_by"),
        row.GetFieldValue<DateTimeOffset>("updated_at"));
}
