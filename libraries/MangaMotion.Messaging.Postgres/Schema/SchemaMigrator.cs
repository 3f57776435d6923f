using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>
/// Brings a database to the versions that the schema sets need: all missing scripts in one transaction, under an advisory lock,
/// so that any number of instances may start at once. Versions newer than ours are left alone (an old instance beside a new one).
/// </summary>
public static class SchemaMigrator
{
    private const string Prepare =
        """
        SELECT pg_advisory_xact_lock(hashtext('mangamotion.schema'));
        CREATE TABLE IF NOT EXISTS schema_versions (
            set_name   text NOT NULL,
            version    integer NOT NULL,
            name       text NOT NULL,
            checksum   text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (set_name, version)
        );
        """;

    /// <summary>Applies what is missing, set by set in the order given.</summary>
    /// <exception cref="SchemaChangedException">A file that was applied earlier has changed since; it names the file.</exception>
    /// <exception cref="NpgsqlException">The server is away, or refused a script; nothing was applied then.</exception>
    public static async Task MigrateAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SchemaScripts> sets, ILogger logger, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, Prepare, cancellationToken);
        foreach (var set in sets)
        {
            var applied = await ReadAppliedAsync(connection, set.SetName, cancellationToken);
            foreach (var script in set.Read())
            {
                if (!applied.TryGetValue(script.Version, out var checksum))
                    await ApplyAsync(connection, set, script, logger, cancellationToken);
                else if (checksum != script.Checksum)
                    throw new SchemaChangedException(
                        $"Schema script '{script.Name}' of set '{set.SetName}' differs from the one applied to {Where(dataSource)}. " +
                        "Restore the file and put the change into a new script with the next number.");
            }
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Host, port and database for messages; never the password.</summary>
    internal static string Where(NpgsqlDataSource dataSource)
    {
        var parts = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }

    private static async Task<Dictionary<int, string>> ReadAppliedAsync(NpgsqlConnection connection, string setName, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, string>();
        await using var command = new NpgsqlCommand("SELECT version, checksum FROM schema_versions WHERE set_name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = setName });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(0), reader.GetString(1));
        return applied;
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, SchemaScripts set, SchemaScript script, ILogger logger, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, script.Sql, cancellationToken);
        await using var command = new NpgsqlCommand(
            "INSERT INTO schema_versions (set_name, version, name, checksum) VALUES ($1, $2, $3, $4)", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = set.SetName });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Version });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Checksum });
        await command.ExecuteNonQueryAsync(cancellationToken);
        logger.LogInformation("Applied schema script {Script} of set {Set}", script.Name, set.SetName);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
