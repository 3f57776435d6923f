using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.RecordStore.Tables;

/// <summary>Reads the catalogue of record tables.</summary>
public static class RecordTables
{
    /// <summary>Finds the tables of an owner's collection, oldest first.</summary>
    /// <param name="collection">Slug of the collection; null for records of ingests without a collection.</param>
    public static Task<IReadOnlyList<RecordTable>> FindInCollectionAsync(
        NpgsqlConnection connection, Guid ownerId, string? collection, CancellationToken cancellationToken) =>
        ReadAsync(connection, RecordSql.InCollection, cancellationToken,
            new NpgsqlParameter<Guid>("owner", ownerId),
            new NpgsqlParameter("collection", NpgsqlDbType.Text) { Value = (object?)collection ?? DBNull.Value });

    /// <summary>Finds tables by their ids, oldest first. Unknown ids are skipped.</summary>
    public static Task<IReadOnlyList<RecordTable>> FindAsync(
        NpgsqlConnection connection, IEnumerable<long> ids, CancellationToken cancellationToken) =>
        ReadAsync(connection, RecordSql.WithIds, cancellationToken, new NpgsqlParameter<long[]>("ids", [.. ids]));

    private static async Task<IReadOnlyList<RecordTable>> ReadAsync(
        NpgsqlConnection connection, string condition, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(RecordSql.FindTables(condition), connection);
        command.Parameters.AddRange(parameters);
        var tables = new List<(long Id, RecordStorage Storage, List<RecordColumn> Columns)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var id = row.GetInt64(row.GetOrdinal("id"));
            if (tables.Count == 0 || tables[^1].Id != id)
                tables.Add((id, row.GetString(row.GetOrdinal("storage")) == "sql" ? RecordStorage.Sql : RecordStorage.Jsonb, []));
            if (!row.IsDBNull(row.GetOrdinal("ordinal")))
            {
                tables[^1].Columns.Add(new(
                    row.GetInt16(row.GetOrdinal("ordinal")),
                    row.GetString(row.GetOrdinal("field")),
                    row.GetString(row.GetOrdinal("column_name")),
                    ColumnType.Parse(row.GetString(row.GetOrdinal("type")))));
            }
        }

        return [.. tables.Select(table => new RecordTable(table.Id, table.Storage, table.Columns))];
    }
}
