using System.Data;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.DeadLetters;

/// <summary>Reads dead letters: a page of them, a page of their groups by cause, or one with its details.</summary>
internal sealed class DeadLetterQuery(NpgsqlDataSource database)
{
    private const string ListName = "failed-jobs";
    private const string GroupsName = "failed-job-groups";

    private const string Columns =
        """
        f.id, f.job_id, f.job_type, f.status, f.last_error, f.error_code, f.permanent, f.fingerprint, f.attempts, f.max_attempts,
        j.ingest_id, j.asset_id, a.name, i.collection, f.created_at, f.resolved_at, f.owner_id
        """;

    private const string List =
        $"""
        select {Columns} {DeadLetterFilter.From}
          and (@after_time is null or (f.created_at, f.id) < (@after_time, @after_key::uuid))
        order by f.created_at desc, f.id desc limit @limit
        """;

    // The status restricts the groups, not the dead letters that are counted in them.
    private const string Groups =
        $"""
        with grouped as (
          select f.fingerprint, count(*) filter (where f.status = 'FAILED') as open,
            count(*) filter (where f.status = 'REPLAYING') as replaying, count(*) filter (where f.status = 'RESOLVED') as resolved,
            min(f.created_at) as first_seen, max(f.created_at) as last_seen,
            (array_agg(f.id order by f.status = 'FAILED' desc, f.created_at desc))[1] as sample
          {DeadLetterFilter.From}
          group by f.fingerprint)
        select g.open, g.replaying, g.resolved, g.first_seen, g.last_seen, f.error_class, {Columns}, f.error_stacktrace
        from grouped g join failed_jobs f on f.id = g.sample join jobs j on j.id = f.job_id
          left join ingests i on i.id = j.ingest_id left join assets a on a.id = j.asset_id
        where (@after_time is null or (g.last_seen, g.fingerprint) < (@after_time, @after_key))
          and (@group_status is null
            or @group_status = case when g.open > 0 then 'FAILED' when g.replaying > 0 then 'REPLAYING' else 'RESOLVED' end)
        order by g.last_seen desc, g.fingerprint desc limit @limit
        """;

    /// <summary>Beginning of the line of an inner exception in a stack trace.</summary>
    private const string Inner = " ---> ";

    private const string One =
        $"""
        select {Columns}, f.error_class, f.error_stacktrace, f.input_data::text as input, f.tool_output, f.error_queue
        {DeadLetterFilter.From}
        """;

    public async Task<FailedJobs> ListAsync(
        DeadLetterFilter filter, Guid[] owners, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        var after = PageToken.ReadTime<Guid>(ListName, pageToken);
        await using var command = CreatePageCommand(List, filter, owners, after?.Time, after?.Key.ToString(), pageSize);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var letters = new List<FailedJob>();
        while (await reader.ReadAsync(cancellationToken))
            letters.Add(Read(reader));
        var next = ListQuery.Cut(letters, pageSize, letter => PageToken.Write(ListName, letter.CreatedAt, letter.Id));
        return new() { Items = letters, NextPageToken = next };
    }

    public async Task<FailedJobs> GroupAsync(
        DeadLetterFilter filter, Guid[] owners, bool canOperate, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        var after = PageToken.ReadTime<string>(GroupsName, pageToken);
        await using var command = CreatePageCommand(Groups, filter with { Status = null }, owners, after?.Time, after?.Key, pageSize);
        command.Parameters.Add(ListQuery.Text("group_status", filter.Status));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var groups = new List<FailedJobGroup>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var sample = Read(reader);
            var (open, replaying) = (reader.GetInt64("open"), reader.GetInt64("replaying"));
            groups.Add(new(
                sample.Fingerprint, NameStatus(open, replaying), open, replaying, reader.GetInt64("resolved"),
                reader.GetFieldValue<DateTimeOffset>("first_seen"), reader.GetFieldValue<DateTimeOffset>("last_seen"),
                canOperate ? reader.GetString("error_class") : null,
                canOperate ? ReadCause(reader.GetString("error_stacktrace")) : null, sample));
        }

        var next = ListQuery.Cut(groups, pageSize, group => PageToken.Write(GroupsName, group.LastSeen, group.Fingerprint));
        return new() { Groups = groups, NextPageToken = next };
    }

    /// <param name="canOperate">True for a key with the scope <c>operate</c>, which gets stack, input and tool output as well.</param>
    public async Task<FailedJob?> FindAsync(Guid id, Guid ownerId, bool canOperate, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(One);
        new DeadLetterFilter { Ids = [id] }.AddParameters(command.Parameters, [ownerId]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var letter = Read(reader);
        return !canOperate ? letter : letter with
        {
            Operator = new(
                reader.GetString("error_class"), reader.GetString("error_stacktrace"), JsonElement.Parse(reader.GetString("input")),
                reader.GetText("tool_output"), reader.GetString("error_queue")),
        };
    }

    private NpgsqlCommand CreatePageCommand(
        string sql, DeadLetterFilter filter, Guid[] owners, DateTimeOffset? time, string? key, int pageSize)
    {
        var command = database.CreateCommand(sql);
        filter.AddParameters(command.Parameters, owners);
        command.Parameters.AddAll(
            new("after_time", NpgsqlDbType.TimestampTz) { Value = (object?)time?.UtcDateTime ?? DBNull.Value },
            ListQuery.Text("after_key", key),
            new("limit", pageSize + 1));
        return command;
    }

    private static FailedJob Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid("id"),
        OwnerId = row.GetGuid("owner_id"),
        JobId = row.GetGuid("job_id"),
        Type = row.GetString("job_type"),
        Status = DeadLetterFilter.NameStatus(row.GetString("status")),
        Cause = row.GetString("last_error"),
        Code = row.GetString("error_code"),
        Remedy = FindRemedy(row.GetString("error_code"), row.GetBoolean("permanent")),
        Fingerprint = row.GetString("fingerprint"),
        Attempts = row.GetInt32("attempts"),
        MaxAttempts = row.GetInt32("max_attempts"),
        IngestId = row.GetFieldValue<Guid?>("ingest_id"),
        AssetId = row.GetFieldValue<Guid?>("asset_id"),
        Name = row.GetText("name"),
        Collection = row.GetText("collection"),
        CreatedAt = row.GetFieldValue<DateTimeOffset>("created_at"),
        ResolvedAt = row.GetFieldValue<DateTimeOffset?>("resolved_at"),
    };

    /// <summary>Reads the message of the innermost exception from a stack trace.</summary>
    internal static string ReadCause(string stack)
    {
        var lines = stack.Split('\n');
        var line = lines.LastOrDefault(line => line.StartsWith(Inner, StringComparison.Ordinal))?[Inner.Length..] ?? lines[0];
        return line.Split(": ", 2)[^1].TrimEnd();
    }

    private static string NameStatus(long open, long replaying) =>
        open > 0 ? DeadLetterStatuses.Open
        : replaying > 0 ? DeadLetterStatuses.Replaying
        : DeadLetterStatuses.Resolved;

    private static string FindRemedy(string code, bool permanent) => code switch
    {
        "poison" => "Submit another version of the file. This one ended the worker process at each attempt.",
        "missing_object" => "Submit the file again.",
        _ when permanent => "Correct the cause and submit the file again. A replay of the same file would fail in the same way.",
        _ => "The file may be fine. Replay the dead letter once the fault is repaired.",
    };
}
