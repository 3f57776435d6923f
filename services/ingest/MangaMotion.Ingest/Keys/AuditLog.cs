using System.Data;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Keys;

/// <summary>A change that a caller made.</summary>
/// <param name="Filter">JSON of the parameters that selected the changed rows.</param>
internal sealed record AuditRow(ApiKey Key, string Action, string? Target, string? Filter, long? Count);

/// <summary>The rows in <c>audit</c>: changes that callers made.</summary>
internal sealed class AuditLog(NpgsqlDataSource database)
{
    private const string ListName = "audit";

    private const string Insert =
        """
        insert into audit (id, owner_id, key_id, key_name, action, target, filter, count)
        values (@id, @owner, @key, @name, @action, @target, @filter, @count)
        """;

    private const string List =
        """
        select id, at, owner_id, key_id, key_name, action, target, filter::text as filter, count from audit
        where owner_id = any(@owners) and id < @before and (@action is null or action = @action)
          and (@key is null or key_id = @key) and (@target is null or target = @target)
        order by id desc limit @limit
        """;

    public async Task AddAsync(AuditRow row, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await AddAsync(connection, transaction: null, row, cancellationToken);
    }

    /// <summary>Adds a row in the transaction of the change.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, AuditRow row, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid>("id", Guid.CreateVersion7()));
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner", row.Key.OwnerId));
        command.Parameters.Add(new NpgsqlParameter<Guid>("key", row.Key.Id));
        command.Parameters.Add(new NpgsqlParameter<string>("name", row.Key.Name));
        command.Parameters.Add(new NpgsqlParameter<string>("action", row.Action));
        command.Parameters.Add(ListQuery.Text("target", row.Target));
        command.Parameters.Add(new NpgsqlParameter("filter", NpgsqlDbType.Jsonb) { Value = (object?)row.Filter ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("count", NpgsqlDbType.Bigint) { Value = (object?)row.Count ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<AuditList> ListAsync(
        Guid[] owners, AuditFilter filter, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        ListQuery.Check(pageSize, search: null);
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("owners", owners));
        command.Parameters.Add(new NpgsqlParameter<Guid>("before", PageToken.Read<Guid>(ListName, pageToken) ?? Guid.AllBitsSet));
        command.Parameters.Add(ListQuery.Text("action", filter.Action));
        command.Parameters.Add(new NpgsqlParameter("key", NpgsqlDbType.Uuid) { Value = (object?)filter.Key ?? DBNull.Value });
        command.Parameters.Add(ListQuery.Text("target", filter.Target));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", pageSize + 1));
        var entries = new List<AuditEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            entries.Add(new(
                row.GetGuid("id"), row.GetFieldValue<DateTimeOffset>("at"), row.GetGuid("owner_id"), row.GetGuid("key_id"),
                row.GetString("key_name"), row.GetString("action"), row.GetText("target"),
                row.GetText("filter") is { } json ? JsonElement.Parse(json) : null, row.GetFieldValue<long?>("count")));
        }

        var next = ListQuery.Cut(entries, pageSize, entry => PageToken.Write(ListName, entry.Id));
        return new(entries) { NextPageToken = next };
    }

    /// <summary>Deletes rows that are older than an age.</summary>
    public async Task<int> DeleteAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from audit where at < clock_timestamp() - @age");
        command.Parameters.Add(new NpgsqlParameter<TimeSpan>("age", olderThan));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Filter of the audit list; null matches all.</summary>
/// <param name="Action">Name of an operation, such as <c>cancelJob</c>.</param>
/// <param name="Key">Id of an API key.</param>
/// <param name="Target">Id or name of a changed thing.</param>
internal sealed record AuditFilter(string? Action, Guid? Key, string? Target);
