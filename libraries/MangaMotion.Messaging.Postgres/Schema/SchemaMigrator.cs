using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>
/// Applies the missing scripts of all schema sets in one transaction, under an advisory lock, so that several instances can start at the
/// same time. Versions newer than this program's are ignored: an old instance can run beside a new one.
/// </summary>
public static class SchemaMigrator
{
    private const string LockAndCreateTable =
        """
        select pg_advisory_xact_lock(hashtext('mangamotion.schema'));
        create table if not exists schema_versions (
            set_name   text not null,
            version    integer not null,
            name       text not null,
            checksum   text not null,
            applied_at timestamptz not null default now(),
            primary key (set_name, version)
        );
        """;

    /// <summary>
    /// Whether a backup has the present schema and is at most a day old. <c>./mangamotion backup</c> creates the table.
    /// </summary>
    private const string HasBackup =
        """
        select exists (
            select from schema_backups
            where taken_at > (select max(applied_at) from schema_versions) and taken_at > now() - interval '1 day')
        """;

    private const string FindApplied = "select version, checksum from schema_versions where set_name = @set";

    /// <summary>Records an applied script. The table has no triggers.</summary>
    private const string InsertApplied =
        "insert into schema_versions (set_name, version, name, checksum) values (@set, @version, @name, @checksum)";

    /// <summary>Applies the missing scripts, set by set in the given order.</summary>
    /// <exception cref="SchemaChangedException">A script changed after it was applied. The message names it.</exception>
    /// <exception cref="SchemaNotBackedUpException">
    /// Older services do not run after one of the scripts, and there is no backup. The message names script and reason.
    /// </exception>
    /// <exception cref="NpgsqlException">The server is unavailable or rejected a script. No script was applied.</exception>
    public static async Task MigrateAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SchemaScripts> sets, ILogger logger, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, LockAndCreateTable, cancellationToken);
        foreach (var set in sets)
        {
            var applied = await ReadAppliedAsync(connection, set.SetName, cancellationToken);
            foreach (var script in set.ReadScripts())
            {
                if (!applied.TryGetValue(script.Version, out var checksum))
                {
                    // The first scripts of a set meet no data.
                    if (script.Irreversible is { } reason && applied.Count > 0)
                        await RequireBackupAsync(connection, script, reason, dataSource, cancellationToken);
                    await ApplyAsync(connection, set, script, logger, cancellationToken);
                }
                else if (checksum != script.Checksum)
                {
                    throw new SchemaChangedException(
                        $"Schema script '{script.Name}' of set '{set.SetName}' differs from the one applied to "
                        + $"{DescribeServer(dataSource)}. Restore the file and put the change into a new script with the next number.");
                }
            }
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Describes host, port and database for messages, without the password.</summary>
    internal static string DescribeServer(NpgsqlDataSource dataSource)
    {
        var parts = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        return $"{DatabaseHosts.Describe(parts)}/{parts.Database}";
    }

    private static async Task<Dictionary<int, string>> ReadAppliedAsync(
        NpgsqlConnection connection, string setName, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, string>();
        await using var command = new NpgsqlCommand(FindApplied, connection);
        command.Parameters.Add(new NpgsqlParameter<string>("set", setName));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(reader.GetOrdinal("version")), reader.GetString(reader.GetOrdinal("checksum")));
        return applied;
    }

    private static async Task RequireBackupAsync(
        NpgsqlConnection connection, SchemaScript script, string reason, NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        if (await ReadFlagAsync(connection, "select to_regclass('schema_backups') is not null", cancellationToken)
            && await ReadFlagAsync(connection, HasBackup, cancellationToken))
        {
            return;
        }

        throw new SchemaNotBackedUpException(
            $"Schema script '{script.Name}' cannot be rolled back: {reason} It was not applied to {DescribeServer(dataSource)}, because "
            + "there is no backup of the last day. Run the command 'backup FOLDER' of this version, then start the service again.");
    }

    private static async Task<bool> ReadFlagAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, SchemaScripts set, SchemaScript script, ILogger logger, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, script.Sql, cancellationToken);
        await using var command = new NpgsqlCommand(InsertApplied, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string>("set", set.SetName),
                new NpgsqlParameter<int>("version", script.Version),
                new NpgsqlParameter<string>("name", script.Name),
                new NpgsqlParameter<string>("checksum", script.Checksum),
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        logger.LogScriptApplied(script.Name, set.SetName);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
