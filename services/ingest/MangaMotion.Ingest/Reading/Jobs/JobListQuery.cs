using System.Data;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.Jobs;

/// <summary>Query parameters of a list of jobs; null does not restrict the list.</summary>
/// <param name="Type">Job type, such as <c>thumbnail</c>.</param>
/// <param name="Status">Statuses, separated by commas.</param>
/// <param name="Q">Part of a file's name or of an error, or a whole id.</param>
internal sealed record JobListParameters(
    string? Type, string? Status, string? Collection, string? Q, string? PageToken, int PageSize = 100);

/// <summary>
/// Lists the jobs of owners, newest first, by the index of owner and status, and searches by trigrams of names and errors.
/// </summary>
internal sealed class JobListQuery(NpgsqlDataSource database)
{
    private const string ListName = "jobs";

    private const string Columns =
        """
        j.id, j.type, j.status, j.ingest_id, j.asset_id, i.collection, a.name, j.lane, j.attempts, j.max_attempts, j.last_error,
          j.stage, j.progress, j.claimed_by, j.created_at, j.updated_at, j.started_at, j.finished_at, j.owner_id
        """;

    private const string Filter =
        "j.id < @before and j.parent_id is null and (@type is null or j.type = @type) "
        + "and (@collection is null or i.collection = @collection)";

    // Walks down the index once for each status, so that a few active jobs are found fast among a million finished ones.
    private const string ListSql =
        $"""
        select job.* from unnest(@owners) as o (owner_id) cross join unnest(@statuses) as wanted (status) cross join lateral (
          select {Columns}
          from jobs j left join assets a on a.id = j.asset_id left join ingests i on i.id = j.ingest_id
          where j.owner_id = o.owner_id and j.status = wanted.status and {Filter}
          order by j.id desc limit @limit) job
        order by job.id desc limit @limit
        """;

    // Searches by name, by error and by id use an index each, which one condition over all three could not. For a search that finds many
    // jobs, the planner walks down the owner's jobs instead.
    private const string Searched = $"j.owner_id = any(@owners) and j.status = any(@statuses) and {Filter}";
    private const string SearchSql =
        $"""
        with found as (
          (select j.id from assets a join jobs j on j.ingest_id = a.ingest_id and j.asset_id = a.id
             left join ingests i on i.id = j.ingest_id
           where a.owner_id = any(@owners) and a.name ilike @pattern and {Searched} order by j.id desc limit @limit)
          union
          (select j.id from jobs j left join ingests i on i.id = j.ingest_id
           where j.last_error ilike @pattern and {Searched} order by j.id desc limit @limit)
          union
          (select j.id from jobs j left join ingests i on i.id = j.ingest_id
           where j.id in (
             select @id
             union all select j.id from jobs j where j.ingest_id = @id
             union all select j.id from assets a join jobs j on j.ingest_id = a.ingest_id and j.asset_id = a.id where a.id = @id)
             and {Searched} order by j.id desc limit @limit))
        select {Columns}
        from found join jobs j on j.id = found.id left join assets a on a.id = j.asset_id left join ingests i on i.id = j.ingest_id
        order by j.id desc limit @limit
        """;

    public async Task<JobList> ListAsync(JobListParameters asked, Guid[] owners, CancellationToken cancellationToken)
    {
        ListQuery.Check(asked.PageSize, asked.Q);

        await using var command = CreateCommand(asked, owners);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<JobSummary>();
        while (await reader.ReadAsync(cancellationToken))
            jobs.Add(Read(reader));
        var next = ListQuery.Cut(jobs, asked.PageSize, job => PageToken.Write(ListName, job.Id));
        return new(jobs) { NextPageToken = next };
    }

    internal NpgsqlCommand CreateCommand(JobListParameters asked, Guid[] owners)
    {
        var pattern = ListQuery.WritePattern(asked.Q);
        var command = database.CreateCommand(pattern is null ? ListSql : SearchSql);
        command.Parameters.AddAll(
            new("owners", owners),
            new("statuses", ReadStatuses(asked.Status)),
            new("before", PageToken.Read<Guid>(ListName, asked.PageToken) ?? Guid.AllBitsSet),
            ListQuery.Text("type", asked.Type),
            ListQuery.Text("collection", asked.Collection),
            new("limit", asked.PageSize + 1),
            ListQuery.Text("pattern", pattern),
            new("id", NpgsqlDbType.Uuid) { Value = Guid.TryParse(asked.Q, out var id) ? id : DBNull.Value });
        return command;
    }

    private static string[] ReadStatuses(string? asked)
    {
        if (string.IsNullOrEmpty(asked))
            return [.. JobStatuses.All];
        var wanted = asked.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        return wanted.Except(JobStatuses.All).Any()
            ? throw new ProblemException(
                400, "invalid_status", $"status must be of {string.Join(", ", JobStatuses.All)}, separated by commas.")
            : wanted;
    }

    private static JobSummary Read(NpgsqlDataReader row) => new(
        row.GetGuid("id"), row.GetString("type"), row.GetString("status"), row.GetFieldValue<Guid?>("ingest_id"),
        row.GetFieldValue<Guid?>("asset_id"), row.GetText("collection"), row.GetText("name"), row.GetString("lane"),
        row.GetInt32("attempts"), row.GetInt32("max_attempts"), row.GetText("last_error"), row.GetText("stage"), row.GetInt16("progress"),
        row.GetText("claimed_by"), row.GetFieldValue<DateTimeOffset>("created_at"), row.GetFieldValue<DateTimeOffset>("updated_at"),
        row.GetFieldValue<DateTimeOffset?>("started_at"), row.GetFieldValue<DateTimeOffset?>("finished_at"))
    {
        OwnerId = row.GetGuid("owner_id"),
    };
}
