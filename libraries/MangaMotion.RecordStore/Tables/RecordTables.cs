using Npgsql;

namespace MangaMotion.RecordStore.Tables;

/// <summary>Reads the catalogue.</summary>
public static class RecordTables
{
    private const string Columns =
        """
        select t.id, t.storage, c.ordinal, c.field, c.column_name, c.type
        from records.tables t left join records.columns c on c.table_id = t.id
        """;

    /// <summary>The tables of a collection of an owner, oldest first; of its ingests without one for null.</summary>
    public static Task<IReadOnlyList<RecordTable>> OfCollectionAsync(
        NpgsqlConnection connection, Guid ownerId, string? collection, CancellationToken cancellationToken) =>
        ReadAsync(connection, "where t.owner_id = $1 and t.collection is not distinct from $2", cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = ownerId },
            new NpgsqlParameter { Value = (object?)collection ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });

    public static Task<IReadOnlyList<RecordTable>> FindAsync(
        NpgsqlConnection connection, IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        ReadAsync(connection, "where t.id = any($1)", cancellationToken, new NpgsqlParameter<long[]> { TypedValue = ids.ToArray() });

    private static async Task<IReadOnlyList<RecordTable>> ReadAsync(
        NpgsqlConnection connection, string where, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand($"{Columns} {where} order by t.id, c.ordinal", connection);
        command.Parameters.AddRange(parameters);
        var tables = new List<(long Id, RecordStorage Storage, List<RecordColumn> Columns)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (tables.Count == 0 || tables[^1].Id != row.GetInt64(0))
                tables.Add((row.GetInt64(0), row.GetString(1) == "sql" ? RecordStorage.Sql : RecordStorage.Jsonb, []));
            if (!row.IsDBNull(2))
                tables[^1].Columns.Add(new(row.GetInt16(2), row.GetString(3), row.GetString(4), ColumnType.Parse(row.GetString(5))));
        }

        return [.. tables.Select(table => new RecordTable(table.Id, table.Storage, table.Columns))];
    }
}
