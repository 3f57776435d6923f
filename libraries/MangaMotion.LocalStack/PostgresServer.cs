using MangaMotion.LocalStack.Processes;
using Npgsql;

namespace MangaMotion.LocalStack;

/// <summary>Private Postgres server that trusts every connection from loopback: a primary, or a streaming standby of one.</summary>
public sealed class PostgresServer : LocalServer
{
    private const string User = "postgres";

    private readonly LocalProcess _process;
    private readonly bool _durable;
    private readonly PostgresServer? _primary;

    /// <param name="primary">Running server to copy and follow; null for a primary.</param>
    internal PostgresServer(StackFolder folder, bool durable, PostgresServer? primary = null)
        : base(primary is null ? "postgres" : "postgres-standby", folder)
    {
        _process = new LocalProcess(folder, Name);
        _durable = durable;
        _primary = primary;
    }

    /// <summary>Connection string of the database <c>postgres</c>, as superuser.</summary>
    public string ConnectionString => ConnectionStringTo("postgres");

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    // SIGINT is Postgres' fast shutdown. SIGTERM would wait for every client to disconnect.
    private protected override int StopSignal => Signals.Interrupt;

    /// <summary>Creates the connection string of a database, as superuser.</summary>
    public string ConnectionStringTo(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = User, Database = database }.ConnectionString;

    /// <summary>Makes this standby a primary with a new timeline. The old primary is not stopped.</summary>
    public async Task PromoteAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select pg_promote()", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Sets whether commits of this primary wait for a standby.</summary>
    public async Task WaitForStandbyAsync(bool wait, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        foreach (var statement in (string[])[
            $"alter system set synchronous_standby_names = '{(wait ? "*" : "")}'", "select pg_reload_conf()"])
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var programs = FindPrograms();
        var port = Folder.Ports.Reserve(Name);
        await InitializeAsync(programs, cancellationToken);
        // No server of this folder runs. Postgres would treat a killed server that is still a zombie as a running owner.
        File.Delete(Path.Combine(DataFolder, "postmaster.pid"));
        _process.Start(new ProcessLaunch
        {
            FileName = Path.Combine(programs, "postgres"),
            Arguments = ["-D", DataFolder, .. CreateSettings(port).SelectMany(x => (string[])["-c", x])],
            Environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["PATH"] = "/usr/bin:/bin" },
            WorkingDirectory = DataFolder,
            User = User,
        });
    }

    protected override async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
    }

    private async Task InitializeAsync(string programs, CancellationToken cancellationToken)
    {
        if (Directory.Exists(DataFolder))
            return;
        // The folder is renamed after initdb has finished, so that an interrupted initdb leaves no partial database.
        var unfinished = DataFolder + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        await ServerUser.CreateFolderAsync(unfinished, User, cancellationToken);
        (string Program, string[] Arguments) create = _primary is null
            ? ("initdb", ["-D", unfinished, "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
            : ("pg_basebackup",
                ["-D", unfinished, "-d", CreateReplicationString(_primary), "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        await ServerUser.RunAsync(Path.Combine(programs, create.Program), create.Arguments, User, cancellationToken);
        Directory.Move(unfinished, DataFolder);
    }

    private IEnumerable<string> CreateSettings(int port) =>
    [
        "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", "max_connections=400", "shared_buffers=256MB",
        "max_wal_size=2GB", "timezone=UTC",
        // Without synchronous_commit=off: tests kill this server, and committed data must survive.
        .. _durable ? [] : (string[])["fsync=off", "full_page_writes=off"],
        // The primary's port may have changed since the copy was made.
        .. _primary is null ? [] : (string[])[$"primary_conninfo={CreateReplicationString(_primary)}"],
    ];

    private string CreateReplicationString(PostgresServer primary) =>
        $"host=127.0.0.1 port={primary.Port} user={User} application_name={Name} connect_timeout=5";

    /// <summary>Finds a program of Postgres, in the newest version that is installed; null if it is not.</summary>
    public static string? FindProgram(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(x => Path.Combine(x, "bin", name))
                .Where(File.Exists).Order().LastOrDefault()
            : null;

    private static string FindPrograms() =>
        FindProgram("initdb") is { } program
            ? Path.GetDirectoryName(program)!
            : throw new LocalServerException(
                "Postgres is not installed (no /usr/lib/postgresql/*/bin/initdb). Run ./mangamotion setup, "
                + "or install the package postgresql.");
}
