using MangaMotion.Records.Analysis;
using MangaMotion.RecordStore.Tables;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Records.Loading;

/// <summary>The table that a payload goes into.</summary>
/// <param name="Decision">May differ from what was wished: a collection gets only so many tables.</param>
/// <param name="Columns">The column for each field, by its number; null where records are stored whole.</param>
public sealed record PreparedTable(RecordTable Table, StorageDecision Decision, IReadOnlyList<RecordColumn>? Columns, bool Created, IReadOnlyList<RecordColumn> Added);

/// <summary>
/// Finds the table for a shape among those of its collection, adds the columns that it lacks, or makes one. Committed before
/// the rows are written, so that no lock on a table outlasts a moment; an empty table or column does no harm.
/// </summary>
public sealed class TableMaker(NpgsqlDataSource database, IOptions<RecordsOptions> options)
{
    /// <summary>
    /// Adding a column waits for those who read or load into the table, and whoever comes later waits behind it. So it
    /// gives up after a moment, lets them by, and tries again.
    /// </summary>
    private const string ShortPatience = "set local lock_timeout = '300ms'";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly RecordsOptions _options = options.Value;

    public async Task<PreparedTable> PrepareAsync(
        Guid ownerId, string? collection, StorageDecision decision, IReadOnlyList<FieldProfile> fields, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await TryPrepareAsync(ownerId, collection, decision, fields, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<PreparedTable> TryPrepareAsync(
        Guid ownerId, string? collection, StorageDecision decision, IReadOnlyList<FieldProfile> fields, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One at a time in a collection: two payloads of one new shape get one table.
        await ExecuteAsync(connection, "select pg_advisory_xact_lock(hashtextextended($1, 0))", cancellationToken, $"mangamotion.records/{ownerId}/{collection}");
        var tables = await RecordTables.OfCollectionAsync(connection, ownerId, collection, cancellationToken);

        var found = decision.Storage == RecordStorage.Sql ? BestFor(fields, tables) : null;
        if (decision.Storage == RecordStorage.Sql && found is null && tables.Count(table => table.Storage == RecordStorage.Sql) >= _options.MaxTables)
        {
            decision = new(RecordStorage.Jsonb,
                [$"The records are flat, but the collection has {_options.MaxTables:N0} tables of other shapes already (Records__MaxTables)."]);
        }

        if (decision.Storage == RecordStorage.Jsonb)
            found = tables.FirstOrDefault(table => table.Storage == RecordStorage.Jsonb);
        var added = decision.Storage == RecordStorage.Jsonb ? [] : Missing(fields, found);
        var prepared = found ?? await InsertTableAsync(connection, ownerId, collection, decision.Storage, cancellationToken);
        if (found is null)
            await CreateAsync(connection, prepared, added, cancellationToken);
        else if (added.Count > 0)
            await AddColumnsAsync(connection, prepared, added, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        var table = new RecordTable(prepared.Id, prepared.Storage, [.. prepared.Columns, .. added]);
        var columns = table.Storage == RecordStorage.Jsonb ? null : fields.Select(field => table.Find(field.Name)!).ToArray();
        return new(table, decision, columns, found is null, found is null ? [] : added);
    }

    /// <summary>The table with most of the fields; none where half of them are not there, or one has another type.</summary>
    private RecordTable? BestFor(IReadOnlyList<FieldProfile> fields, IReadOnlyList<RecordTable> tables) =>
        tables.Where(table => table.Storage == RecordStorage.Sql && Takes(table, fields))
            .Select(table => (Table: table, Shared: fields.Count(field => table.Find(field.Name) is not null)))
            .Where(candidate => 2 * candidate.Shared >= fields.Count)
            .OrderByDescending(candidate => candidate.Shared).ThenBy(candidate => candidate.Table.Id)
            .FirstOrDefault().Table;

    private bool Takes(RecordTable table, IReadOnlyList<FieldProfile> fields)
    {
        // A field that is always null goes into a column of any type.
        var fitting = fields.All(field => table.Find(field.Name) is not { } column || field.Types.Count == 0 || column.Type.Holds(field.ColumnType));
        var missing = Missing(fields, table);
        return fitting && table.Columns.Count + missing.Count <= _options.MaxColumns
            && StorageDecision.FitIntoRow(table.Columns.Concat(missing).Select(column => column.Type));
    }

    private static IReadOnlyList<RecordColumn> Missing(IReadOnlyList<FieldProfile> fields, RecordTable? table) =>
        [.. fields.Where(field => table?.Find(field.Name) is null)
            .Select((field, index) => RecordColumn.Create((table?.Columns.Count ?? 0) + index + 1, field.Name, field.ColumnType))];

    private static async Task<RecordTable> InsertTableAsync(
        NpgsqlConnection connection, Guid ownerId, string? collection, RecordStorage storage, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("insert into records.tables (owner_id, collection, storage) values ($1, $2, $3) returning id", connection)
        {
            Parameters =
            {
                new() { Value = ownerId },
                new() { Value = (object?)collection ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = storage == RecordStorage.Sql ? "sql" : "jsonb" },
            },
        };
        return new((long)(await command.ExecuteScalarAsync(cancellationToken))!, storage, []);
    }

    private static async Task CreateAsync(NpgsqlConnection connection, RecordTable table, IReadOnlyList<RecordColumn> columns, CancellationToken cancellationToken)
    {
        // Names and types are ours: what a caller sent stands in records.columns only.
        var content = table.Storage == RecordStorage.Jsonb
            ? "record jsonb not null"
            : string.Join(", ", ["nulls smallint[]", .. columns.Select(column => $"{column.Name} {column.Type}")]);
        await ExecuteAsync(connection, $"create table {table.Name} (load bigint not null, n bigint not null, {content}, primary key (load, n))", cancellationToken);
        await DescribeAsync(connection, table, columns, cancellationToken);
    }

    private static async Task AddColumnsAsync(NpgsqlConnection connection, RecordTable table, IReadOnlyList<RecordColumn> columns, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, ShortPatience, cancellationToken);
        await ExecuteAsync(connection, $"alter table {table.Name} {string.Join(", ", columns.Select(column => $"add column {column.Name} {column.Type}"))}", cancellationToken);
        await DescribeAsync(connection, table, columns, cancellationToken);
    }

    private static Task DescribeAsync(NpgsqlConnection connection, RecordTable table, IReadOnlyList<RecordColumn> columns, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection,
            """
            insert into records.columns (table_id, ordinal, field, column_name, type)
            select $1, ordinal, field, column_name, type from unnest($2, $3, $4, $5) as c (ordinal, field, column_name, type)
            """,
            cancellationToken,
            table.Id,
            columns.Select(column => column.Ordinal).ToArray(),
            columns.Select(column => column.Field).ToArray(),
            columns.Select(column => column.Name).ToArray(),
            columns.Select(column => column.Type.ToString()).ToArray());

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
