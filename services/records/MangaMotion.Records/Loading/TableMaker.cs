using MangaMotion.Records.Analysis;
using MangaMotion.RecordStore.Tables;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Records.Loading;

/// <summary>Table that receives a payload.</summary>
/// <param name="Decision">Final decision. It differs from the requested one if the collection has its maximum number of tables.</param>
/// <param name="Columns">Column of each field by the field's number; null if records are stored whole.</param>
/// <param name="Created">Whether the table was created for this payload.</param>
/// <param name="Added">Columns that an existing table got for this payload.</param>
public sealed record PreparedTable(
    RecordTable Table, StorageDecision Decision, IReadOnlyList<RecordColumn>? Columns, bool Created, IReadOnlyList<RecordColumn> Added);

/// <summary>
/// Finds the table for a payload's shape in its collection, adds missing columns, or creates a table. This commits before the rows are
/// written, so that table locks are held only briefly. An empty table or column is harmless.
/// </summary>
public sealed class TableMaker(NpgsqlDataSource database, IOptions<RecordsOptions> options)
{
    private static readonly TimeSpan LockRetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly RecordsOptions _options = options.Value;

    /// <summary>Prepares the table of a payload. Retries while other transactions lock the table.</summary>
    /// <param name="fields">Fields of the payload by their number.</param>
    public async Task<PreparedTable> PrepareTableAsync(
        Guid ownerId, string? collection, StorageDecision decision, IReadOnlyList<FieldProfile> fields, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await TryPrepareTableAsync(ownerId, collection, decision, fields, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await Task.Delay(LockRetryDelay, cancellationToken);
            }
        }
    }

    private async Task<PreparedTable> TryPrepareTableAsync(
        Guid ownerId, string? collection, StorageDecision decision, IReadOnlyList<FieldProfile> fields, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            connection, LoadSql.LockCollection, cancellationToken,
            new NpgsqlParameter<string>("collection_key", $"mangamotion.records/{ownerId}/{collection}"));
        var tables = await RecordTables.FindInCollectionAsync(connection, ownerId, collection, cancellationToken);

        var found = FindTable(decision, fields, tables);
        if (decision.Storage == RecordStorage.Sql && found is null
            && tables.Count(table => table.Storage == RecordStorage.Sql) >= _options.MaxTables)
        {
            var reason = $"The collection already has {_options.MaxTables:N0} tables of other shapes (Records__MaxTables).";
            decision = new(RecordStorage.Jsonb, [reason]);
            found = FindTable(decision, fields, tables);
        }

        var added = decision.Storage == RecordStorage.Jsonb ? [] : CreateMissingColumns(fields, found);
        var prepared = found ?? await InsertTableAsync(connection, ownerId, collection, decision.Storage, cancellationToken);
        if (found is null)
        {
            await ExecuteAsync(connection, LoadSql.CreateTable(prepared, added), cancellationToken);
            await InsertColumnsAsync(connection, prepared, added, cancellationToken);
        }
        else if (added.Count > 0)
        {
            await ExecuteAsync(connection, LoadSql.SetLockTimeout, cancellationToken);
            await ExecuteAsync(connection, LoadSql.AddColumns(prepared, added), cancellationToken);
            await InsertColumnsAsync(connection, prepared, added, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);

        var table = new RecordTable(prepared.Id, prepared.Storage, [.. prepared.Columns, .. added]);
        var columns = table.Storage == RecordStorage.Jsonb ? null : fields.Select(field => table.FindColumn(field.Name)!).ToArray();
        return new(table, decision, columns, found is null, found is null ? [] : added);
    }

    /// <summary>
    /// Finds the table for whole records, or the table that shares most fields with the payload. A table qualifies if it has at least half
    /// of the fields and none with another type.
    /// </summary>
    private RecordTable? FindTable(StorageDecision decision, IReadOnlyList<FieldProfile> fields, IReadOnlyList<RecordTable> tables)
    {
        if (decision.Storage == RecordStorage.Jsonb)
            return tables.FirstOrDefault(table => table.Storage == RecordStorage.Jsonb);
        return tables.Where(table => table.Storage == RecordStorage.Sql && CanExtend(table, fields))
            .Select(table => (Table: table, Shared: fields.Count(field => table.FindColumn(field.Name) is not null)))
            .Where(candidate => 2 * candidate.Shared >= fields.Count)
            .OrderByDescending(candidate => candidate.Shared).ThenBy(candidate => candidate.Table.Id)
            .FirstOrDefault().Table;
    }

    private bool CanExtend(RecordTable table, IReadOnlyList<FieldProfile> fields)
    {
        var missing = CreateMissingColumns(fields, table);
        return fields.All(HasFittingColumn) && table.Columns.Count + missing.Count <= _options.MaxColumns
            && StorageDecision.FitIntoRow(table.Columns.Concat(missing).Select(column => column.Type));

        // A field that is always null fits into a column of any type.
        bool HasFittingColumn(FieldProfile field) =>
            table.FindColumn(field.Name) is not { } column || field.Types.Count == 0 || column.Type.CanStore(field.ColumnType);
    }

    private static IReadOnlyList<RecordColumn> CreateMissingColumns(IReadOnlyList<FieldProfile> fields, RecordTable? table) =>
    [
        .. fields.Where(field => table?.FindColumn(field.Name) is null)
            .Select((field, index) => RecordColumn.Create((table?.Columns.Count ?? 0) + index + 1, field.Name, field.ColumnType)),
    ];

    private static async Task<RecordTable> InsertTableAsync(
        NpgsqlConnection connection, Guid ownerId, string? collection, RecordStorage storage, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LoadSql.InsertTable, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("owner", ownerId),
                new NpgsqlParameter("collection", NpgsqlDbType.Text) { Value = (object?)collection ?? DBNull.Value },
                new NpgsqlParameter<string>("storage", storage == RecordStorage.Sql ? "sql" : "jsonb"),
            },
        };
        return new((long)(await command.ExecuteScalarAsync(cancellationToken))!, storage, []);
    }

    private static Task InsertColumnsAsync(
        NpgsqlConnection connection, RecordTable table, IReadOnlyList<RecordColumn> columns, CancellationToken cancellationToken) =>
            ExecuteAsync(
        connection, LoadSql.InsertColumns, cancellationToken,
        new NpgsqlParameter<long>("table", table.Id),
        new NpgsqlParameter<short[]>("ordinals", [.. columns.Select(column => column.Ordinal)]),
        new NpgsqlParameter<string[]>("fields", [.. columns.Select(column => column.Field)]),
        new NpgsqlParameter<string[]>("names", [.. columns.Select(column => column.Name)]),
        new NpgsqlParameter<string[]>("types", [.. columns.Select(column => column.Type.ToString())]));

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
