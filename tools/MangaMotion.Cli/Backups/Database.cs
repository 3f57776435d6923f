using System.Globalization;
using MangaMotion.LocalStack;
using Npgsql;

namespace MangaMotion.Cli.Backups;

/// <summary>The database of an installation, with Postgres' own programs for dumps.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const string IsEmptySql =
        "select not exists (select from pg_tables where schemaname not in ('pg_catalog', 'information_schema'))";

    /// <summary>
    /// Gives restored jobs a revision before all transactions. Transaction ids start from a low number in another Postgres: a revision
    /// of the old one would be in the future, and readers of events would get the job again with every reading.
    /// </summary>
    private const string ResetRevisionsSql = "update jobs set revision = '3' where revision >= pg_current_xact_id()";

    /// <summary>Services read the table before they apply a schema script that cannot be rolled back.</summary>
    private const string RecordBackupSql =
        """
        create table if not exists schema_backups (taken_at timestamptz primary key);
        insert into schema_backups (taken_at) values (@taken_at) on conflict do nothing;
        """;

    private readonly NpgsqlConnectionStringBuilder _settings;

    public Database(string connectionString)
    {
        _settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        if (_settings.Host?.Contains(',', StringComparison.Ordinal) == true)
            _settings.TargetSessionAttributes = "primary";
        Source = NpgsqlDataSource.Create(_settings);
    }

    public NpgsqlDataSource Source { get; }

    public string Name => _settings.Database ?? _settings.Username ?? "";

    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(IsEmptySql);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Restores a dump into the empty database, in one transaction.</summary>
    public async Task RestoreAsync(string file, CancellationToken cancellationToken)
    {
        await RunAsync(
            "pg_restore",
            ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", "-d", _settings.Database!, file],
            cancellationToken);
        await using var command = Source.CreateCommand($"{ResetRevisionsSql}; analyze");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Records that a finished backup has the state of this moment.</summary>
    public async Task RecordBackupAsync(DateTimeOffset takenAt, CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(RecordBackupSql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("taken_at", takenAt));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Counts the jobs that are waiting or running.</summary>
    public async Task<long> CountUnfinishedJobsAsync(CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand("select count(*) from jobs where status in ('UPLOADED', 'PROCESSING')");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Dumps the database as a snapshot of another session sees it.</summary>
    /// <param name="snapshot">Name from <c>pg_export_snapshot()</c>.</param>
    public Task DumpAsync(string snapshot, string file, CancellationToken cancellationToken) => RunAsync(
        "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", $"--snapshot={snapshot}", $"--file={file}"], cancellationToken);

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        if (PostgresServer.FindProgram(program) is not { } path)
            throw new CommandException($"{program} is not installed. Install the package postgresql-client.");
        var (exitCode, output) = await Tool.CaptureAsync(path, arguments, "/", cancellationToken, CreateEnvironment());
        if (exitCode == 0)
            return;
        throw DiskSpace.IsFull(output)
            ? DiskSpace.CreateException(output.Trim())
            : new CommandException($"{program} failed with exit code {exitCode}:\n{output.Trim()}");
    }

    /// <summary>Translates the connection string to the variables of Postgres' own programs.</summary>
    private Dictionary<string, string> CreateEnvironment()
    {
        // Each host has a port of its own ("db1:5432,db2:5433"), or the common one.
        var hosts = (_settings.Host ?? "localhost").Split(',').Select(host => host.Trim().Split(':', 2)).ToList();
        var environment = new Dictionary<string, string>
        {
            ["PGHOST"] = string.Join(',', hosts.Select(host => host[0])),
            ["PGPORT"] = string.Join(
                ',', hosts.Select(host => host.Length > 1 ? host[1] : _settings.Port.ToString(CultureInfo.InvariantCulture))),
            ["PGDATABASE"] = Name,
            ["PGUSER"] = _settings.Username ?? "",
            ["PGPASSWORD"] = _settings.Password ?? "",
            ["PGSSLMODE"] = _settings.SslMode switch
            {
                SslMode.VerifyCA => "verify-ca",
                SslMode.VerifyFull => "verify-full",
                var mode => mode.ToString().ToLowerInvariant(),
            },
            ["PGTARGETSESSIONATTRS"] = "read-write",
            ["PGAPPNAME"] = "mangamotion",
            ["LC_ALL"] = "C.UTF-8",
        };
        if (_settings.RootCertificate is { } root)
            environment["PGSSLROOTCERT"] = root;
        if (_settings.SslCertificate is { } certificate)
            environment["PGSSLCERT"] = certificate;
        if (_settings.SslKey is { } key)
            environment["PGSSLKEY"] = key;
        return environment;
    }
}
