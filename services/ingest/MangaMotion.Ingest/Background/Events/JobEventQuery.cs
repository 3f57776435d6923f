using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>What is watched: the jobs of an ingest, or one job.</summary>
/// <param name="IngestId">Of the ingest, or of the ingest that the job belongs to.</param>
internal sealed record EventSource(Guid Id, Guid? IngestId)
{
    public bool IsIngest => Id == IngestId;
}

/// <summary>The jobs that have changed since a cursor, or as many of them as fit.</summary>
/// <param name="To">The cursor for the next look, once all pages are read.</param>
/// <param name="Over">Nothing that is watched will change any more by itself.</param>
/// <param name="Next">Where the next page begins; null for the last one.</param>
internal sealed record ChangedJobs(IReadOnlyList<JobEvent> Jobs, ChangeCursor To, bool Over, PagePosition? Next);

/// <summary>The last job of a page.</summary>
internal sealed record PagePosition(ulong Revision, Guid JobId);

/// <summary>Reads changes of jobs from their rows; one look is one statement, so one snapshot.</summary>
internal sealed class JobEventQuery(NpgsqlDataSource database)
{
    public const int PageSize = 1_000;

    // The lower bound finds the few rows in the index; what is then left out was seen already.
    private const string OfIngest =
        """
        select look.now, look.over, j.revision, j.id, j.status, j.stage, j.progress, j.claimed_by, j.updated_at
        from (
          select pg_current_snapshot()::text as now,
            (select coalesce(sum(queued + processing), 0) = 0 from job_count_totals where ingest_id = $1) as over) look
        left join lateral (
          select * from jobs
          where ingest_id = $1 and revision >= pg_snapshot_xmin($2::text::pg_snapshot)
            and not pg_visible_in_snapshot(revision, $2::text::pg_snapshot)
            and (revision, id) > ($3, $4)
          union all
          select * from jobs
          where id = any($5) and ingest_id = $1 and pg_visible_in_snapshot(revision, $2::text::pg_snapshot)
          order by revision, id limit $6) j on true
        order by j.revision, j.id
        """;

    private const string OfJob =
        """
        select pg_current_snapshot()::text, look.status in ('DONE', 'FAILED', 'CANCELED'),
          j.revision, j.id, j.status, j.stage, j.progress, j.claimed_by, j.updated_at
        from jobs look left join jobs j on j.id = look.id
          and (not pg_visible_in_snapshot(j.revision, $2::text::pg_snapshot) or j.id = any($3))
        where look.id = $1
        """;

    /// <summary>What the caller may watch under this id; null where there is no such ingest of this owner.</summary>
    public async Task<EventSource?> FindIngestAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select from ingests where id = $1 and owner_id = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(id, id) : null;
    }

    /// <inheritdoc cref="FindIngestAsync"/>
    public async Task<EventSource?> FindJobAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select ingest_id from jobs where id = $1 and owner_id = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(id, reader.IsDBNull(0) ? null : reader.GetGuid(0)) : null;
    }

    /// <param name="page">Where the page begins; null for the first one.</param>
    /// <param name="reported">Jobs to be read in any case, because they said how far they are.</param>
    public async Task<ChangedJobs> ReadAsync(
        EventSource source, ChangeCursor since, PagePosition? page, Guid[] reported, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(source.IsIngest ? OfIngest : OfJob);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = source.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = since.Text });
        if (source.IsIngest)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = page?.Revision ?? 0, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = page?.JobId ?? Guid.Empty });
        }

        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = reported });
        if (source.IsIngest)
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<JobEvent>();
        ChangeCursor? to = null;
        PagePosition? last = null;
        var over = true;
        while (await reader.ReadAsync(cancellationToken))
        {
            to ??= ChangeCursor.Parse(reader.GetString(0)) ?? throw new InvalidOperationException($"Postgres's snapshot '{reader.GetString(0)}' has another shape than is known.");
            over = reader.GetBoolean(1);
            if (reader.IsDBNull(3))
                continue;
            last = new(reader.GetFieldValue<ulong>(2), reader.GetGuid(3));
            jobs.Add(Read(reader));
        }

        // No row at all: the job was deleted.
        return new(jobs, to ?? since, over, jobs.Count == PageSize ? last : null);
    }

    private static JobEvent Read(NpgsqlDataReader row) => new(
        row.GetGuid(3),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.GetInt16(6),
        row.GetString(4),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.GetFieldValue<DateTimeOffset>(8));
}
