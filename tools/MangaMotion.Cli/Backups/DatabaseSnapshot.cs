using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace MangaMotion.Cli.Backups;

/// <summary>State of the database at one moment. It holds a transaction open.</summary>
internal sealed class DatabaseSnapshot : IAsyncDisposable
{
    private readonly Database _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _name;

    private DatabaseSnapshot(
        Database database, NpgsqlConnection connection, NpgsqlTransaction transaction, string name, DateTimeOffset takenAt)
    {
        (_database, _connection, _transaction, _name) = (database, connection, transaction, name);
        TakenAt = takenAt;
    }

    public DateTimeOffset TakenAt { get; }

    /// <exception cref="CommandException">The database has no tables of MangaMotion.</exception>
    public static async Task<DatabaseSnapshot> TakeAsync(Database database, CancellationToken cancellationToken) =>
        await FindAsync(database, cancellationToken)
        ?? throw new CommandException($"The database {database.Name} holds no data of MangaMotion.");

    /// <summary>Takes a snapshot; null if the database has no tables of MangaMotion.</summary>
    public static async Task<DatabaseSnapshot?> FindAsync(Database database, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var command = new NpgsqlCommand(
                "select pg_export_snapshot() as name, now() as taken_at, to_regclass('schema_versions') is not null as known", connection);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            if (!row.GetBoolean("known"))
            {
                await connection.DisposeAsync();
                return null;
            }

            var (name, takenAt) = (row.GetString("name"), row.GetFieldValue<DateTimeOffset>(row.GetOrdinal("taken_at")));
            return new DatabaseSnapshot(database, connection, transaction, name, takenAt);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task DumpAsync(string file, CancellationToken cancellationToken) => _database.DumpAsync(_name, file, cancellationToken);

    public async Task<IReadOnlyList<SchemaVersion>> ReadSchemaAsync(CancellationToken cancellationToken)
    {
        var schema = new List<SchemaVersion>();
        await using var command = new NpgsqlCommand(
            "select set_name, version, name, checksum from schema_versions order by set_name, version", _connection, _transaction);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            schema.Add(new(row.GetString("set_name"), row.GetInt32("version"), row.GetString("name"), row.GetString("checksum")));
        return schema;
    }

    /// <summary>Reads key and SHA-256 of the files of all ingests.</summary>
    public async IAsyncEnumerable<(string Key, string Sha256)> ReadFilesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select key, sha256 from assets", _connection, _transaction);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            yield return (row.GetString("key"), row.GetString("sha256"));
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
