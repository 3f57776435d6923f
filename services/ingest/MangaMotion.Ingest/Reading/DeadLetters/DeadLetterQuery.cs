using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.DeadLetters;

/// <summary>Reads dead letters: a page of them, the groups of one cause, one with all that is known.</summary>
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
          and ($11::timestamptz is null or (f.created_at, f.id) < ($11, $12::text::uuid))
        order by f.created_at desc, f.id desc limit $13
        """;

    // The status restricts the groups, not what is counted in them.
    private const string Groups =
        $"""
        with grouped as (
          select f.fingerprint, count(*) filter (where f.status = 'FAILED') as open, count(*) filter (where f.status = 'REPLAYING') as replaying,
            count(*) filter (where f.status = 'RESOLVED') as resolved, min(f.created_at) as first_seen, max(f.created_at) as last_seen,
            (array_agg(f.id order by f.status = 'FAILED' desc, f.created_at desc))[1] as sample
          {DeadLetterFilter.From}
          group by f.fingerprint)
        select g.open, g.replaying, g.resolved, g.first_seen, g.last_seen, f.error_class, {Columns}, f.error_stacktrace
        from grouped g join failed_jobs f on f.id = g.sample join jobs j on j.id = f.job_id
          left join ingests i on i.id = j.ingest_id left join assets a on a.id = j.asset_id
        where ($11::timestamptz is null or (g.last_seen, g.fingerprint) < ($11, $12::text))
          and ($14::text is null or $14 = case when g.open > 0 then 'FAILED' when g.replaying > 0 then 'REPLAYING' else 'RESOLVED' end)
        order by g.last_seen desc, g.fingerprint desc limit $13
        """;

    /// <summary>Beginning of the line of an inner exception in a stack trace.</summary>
    private const string Inner = " ---> ";

    private const string One =
        $"""
        select {Columns}, f.error_class, f.error_stacktrace, f.input_data::text, f.tool_output, f.error_queue {DeadLetterFilter.From}
        """;

    public async Task<FailedJobs> ListAsync(
        DeadLetterFilter filter, Guid[] owners, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        var after = PageToken.ReadTime<Guid>(ListName, pageToken);
        await using var command = Page(List, filter, owners, after?.Time, after?.Key.ToString(), pageSize);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var letters = new List<FailedJob>();
        while (await reader.ReadAsync(cancellationToken))
            letters.Add(Read(reader, 0));
        var next = ListQuery.Cut(letters, pageSize, letter => PageToken.Write(ListName, letter.CreatedAt, letter.Id));
        return new() { Items = letters, NextPageToken = next };
    }

    public async Task<FailedJobs> GroupAsync(
        DeadLetterFilter filter, Guid[] owners, bool operates, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        var after = PageToken.ReadTime<string>(GroupsName, pageToken);
        await using var command = Page(Groups, filter with { Status = null }, owners, after?.Time, after?.Key, pageSize);
        command.Parameters.Add(new() { Value = (object?)filter.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var groups = new List<FailedJobGroup>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var sample = Read(reader, 6);
            var (open, replaying) = (reader.GetInt64(0), reader.GetInt64(1));
            groups.Add(new(
                sample.Fingerprint, StatusOf(open, replaying), open, replaying, reader.GetInt64(2),
                reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4), operates ? reader.GetString(5) : null,
                operates ? ReadCause(reader.GetString(reader.GetOrdinal("error_stacktrace"))) : null, sample));
        }

        var next = ListQuery.Cut(groups, pageSize, group => PageToken.Write(GroupsName, group.LastSeen, group.Fingerprint));
        return new() { Groups = groups, NextPageToken = next };
    }

    /// <param name="operates">Also what is for the operator's eyes: stack, input, what the tool said.</param>
    public async Task<FailedJob?> FindAsync(Guid id, Guid ownerId, bool operates, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(One);
        new DeadLetterFilter { Ids = [id] }.AddTo(command.Parameters, [ownerId]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var letter = Read(reader, 0);
        return !operates ? letter : letter with
        {
            Operator = new(
                reader.GetString(17), reader.GetString(18), JsonElement.Parse(reader.GetString(19)), reader.IsDBNull(20) ? null : reader.GetString(20),
                reader.GetString(21)),
        };
    }

    private NpgsqlCommand Page(string sql, DeadLetterFilter filter, Guid[] owners, DateTimeOffset? time, string? key, int pageSize)
    {
        var command = database.CreateCommand(sql);
        filter.AddTo(command.Parameters, owners);
        command.Parameters.Add(new() { Value = (object?)time?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = (object?)key ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = pageSize + 1 });
        return command;
    }

    private static FailedJob Read(NpgsqlDataReader row, int first)
    {
        var (code, permanent) = (row.GetString(first + 5), row.GetBoolean(first + 6));
        return new()
        {
            Id = row.GetGuid(first),
            OwnerId = row.GetGuid(first + 16),
            JobId = row.GetGuid(first + 1),
            Type = row.GetString(first + 2),
            Status = DeadLetterFilter.NameOf(row.GetString(first + 3)),
            Cause = row.GetString(first + 4),
            Code = code,
            Remedy = RemedyOf(code, permanent),
            Fingerprint = row.GetString(first + 7),
            Attempts = row.GetInt32(first + 8),
            MaxAttempts = row.GetInt32(first + 9),
            IngestId = row.IsDBNull(first + 10) ? null : row.GetGuid(first + 10),
            AssetId = row.IsDBNull(first + 11) ? null : row.GetGuid(first + 11),
            Name = row.IsDBNull(first + 12) ? null : row.GetString(first + 12),
            Collection = row.IsDBNull(first + 13) ? null : row.GetString(first + 13),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(first + 14),
            ResolvedAt = row.IsDBNull(first + 15) ? null : row.GetFieldValue<DateTimeOffset>(first + 15),
        };
    }

    /// <summary>Reads the message of the innermost exception from a stack trace.</summary>
    internal static string ReadCause(string stack)
    {
        var lines = stack.Split('\n');
        var line = lines.LastOrDefault(line => line.StartsWith(Inner, StringComparison.Ordinal))?[Inner.Length..] ?? lines[0];
        return line.Split(": ", 2)[^1].TrimEnd();
    }

    private static string StatusOf(long open, long replaying) =>
        open > 0 ? DeadLetterStatuses.Open
        : replaying > 0 ? DeadLetterStatuses.Replaying
        : DeadLetterStatuses.Resolved;

    private static string RemedyOf(string code, bool permanent) => code switch
    {
        "poison" => "Submit another version of the file; this one ended the worker each time.",
        "missing_object" => "Submit the file again.",
        _ when permanent => "Correct what the cause names and submit it again; another run of the same would fail the same way.",
        _ => "Nothing is wrong with what you submitted: run it again when the fault is over.",
    };
}
