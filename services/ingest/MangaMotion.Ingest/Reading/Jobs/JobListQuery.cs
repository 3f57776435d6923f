using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.Jobs;

/// <summary>What a list of jobs is asked for.</summary>
/// <param name="Type">Such as <c>thumbnail</c>.</param>
/// <param name="Status">Several are separated by commas; <c>PROCESSING</c> are the active ones.</param>
/// <param name="Q">Part of a file's name or of an error, or a whole id.</param>
internal sealed record JobListParameters(string? Type, string? Status, string? Collection, string? Q, string? PageToken, int PageSize = 100);

/// <summary>Lists an owner's jobs, newest first, from the index of owner and status; searches by trigrams of names and errors.</summary>
internal sealed class JobListQuery(NpgsqlDataSource database)
{
    private const string ListName = "jobs";

    private const string Columns =
        """
        j.id, j.type, j.status, j.ingest_id, j.asset_id, i.collection, a.name, j.lane, j.attempts, j.max_attempts, j.last_error,
          j.stage, j.progress, j.claimed_by, j.created_at, j.updated_at, j.started_at, j.finished_at, j.owner_id
        """;

    private const string Filter = "j.id < $3 and j.parent_id is null and ($4::text is null or j.type = $4) and ($5::text is null or i.collection = $5)";

    // One walk down the index for each status, so that the few active ones are found as fast among a million that are done.
    private const string ListSql =
        $"""
        select job.* from unnest($1::uuid[]) as o (owner_id) cross join unnest($2::text[]) as wanted (status) cross join lateral (
          select {Columns}
          from jobs j left join assets a on a.id = j.asset_id left join ingests i on i.id = j.ingest_id
          where j.owner_id = o.owner_id and j.status = wanted.status and {Filter}
          order by j.id desc limit $6) job
        order by job.id desc limit $6
        """;

    // By name, by error, by id: each from an index of its own, which one condition over all of them could not use. A search
    // that finds much is a walk down the owner's jobs all the same, as the planner sees by the statistics.
    private const string Searched = $"j.owner_id = any($1) and j.status = any($2) and {Filter}";
    private const string SearchSql =
        $"""
        with found as (
          (select j.id from assets a join jobs j on j.ingest_id = a.ingest_id and j.asset_id = a.id left join ingests i on i.id = j.ingest_id
           where a.owner_id = any($1) and a.name ilike $7 and {Searched} order by j.id desc limit $6)
          union
          (select j.id from jobs j left join ingests i on i.id = j.ingest_id
           where j.last_error ilike $7 and {Searched} order by j.id desc limit $6)
          union
          (select j.id from jobs j left join ingests i on i.id = j.ingest_id
           where j.id in (
             select $8::uuid
             union all select j.id from jobs j where j.ingest_id = $8
             union all select j.id from assets a join jobs j on j.ingest_id = a.ingest_id and j.asset_id = a.id where a.id = $8)
             and {Searched} order by j.id desc limit $6))
        select {Columns}
        from found join jobs j on j.id = found.id left join assets a on a.id = j.asset_id left join ingests i on i.id = j.ingest_id
        order by j.id desc limit $6
        """;

    public async Task<JobList> ListAsync(JobListParameters asked, Guid[] owners, CancellationToken cancellationToken)
    {
        ListQuery.Check(asked.PageSize, asked.Q);

        await using var command = CommandOf(asked, owners);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<JobSummary>();
        while (await reader.ReadAsync(cancellationToken))
            jobs.Add(Read(reader));
        var next = ListQuery.Cut(jobs, asked.PageSize, job => PageToken.Write(ListName, job.Id));
        return new(jobs) { NextPageToken = next };
    }

    internal NpgsqlCommand CommandOf(JobListParameters asked, Guid[] owners)
    {
        var search = ListQuery.PatternOf(asked.Q);
        var command = database.CreateCommand(search is null ? ListSql : SearchSql);
        command.Parameters.Add(new() { Value = owners });
        command.Parameters.Add(new() { Value = StatusesOf(asked.Status) });
        command.Parameters.Add(new() { Value = PageToken.Read<Guid>(ListName, asked.PageToken) ?? Guid.AllBitsSet });
        command.Parameters.Add(Text(asked.Type));
        command.Parameters.Add(Text(asked.Collection));
        command.Parameters.Add(new() { Value = asked.PageSize + 1 });
        if (search is not null)
        {
            command.Parameters.Add(Text(search));
            command.Parameters.Add(new() { Value = Guid.TryParse(asked.Q, out var id) ? id : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        }

        return command;
    }

    private static string[] StatusesOf(string? asked)
    {
        if (string.IsNullOrEmpty(asked))
            return [.. JobStatuses.All];
        var wanted = asked.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        return wanted.Except(JobStatuses.All).Any()
            ? throw new ProblemException(400, "invalid_status", $"status must be of {string.Join(", ", JobStatuses.All)}, separated by commas.")
            : wanted;
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = string.IsNullOrEmpty(value) ? DBNull.Value : value, NpgsqlDbType = NpgsqlDbType.Text };

    private static JobSummary Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), Value<Guid>(row, 3), Value<Guid>(row, 4), Reference(row, 5), Reference(row, 6), row.GetString(7),
        row.GetInt32(8), row.GetInt32(9), Reference(row, 10), Reference(row, 11), row.GetInt16(12), Reference(row, 13),
        row.GetFieldValue<DateTimeOffset>(14), row.GetFieldValue<DateTimeOffset>(15), Value<DateTimeOffset>(row, 16), Value<DateTimeOffset>(row, 17))
    {
        OwnerId = row.GetGuid(18),
    };

    private static T? Value<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    private static string? Reference(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
