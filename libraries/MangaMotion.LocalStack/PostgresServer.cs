using MangaMotion.LocalStack.Processes;
using Npgsql;

namespace MangaMotion.LocalStack;

/// <summary>Private Postgres server that trusts every connection from loopback: a primary, or a streaming standby of one.</summary>
public sealed class PostgresServer : LocalServer
{
    private const string User = "postgres";

    private readonly LocalProcess _process;
    private readonly bool _durable;
    private readonly bool _rejoins;
    private PostgresServer? _primary;

    /// <param name="primary">Running server to copy and follow; null for a primary.</param>
    /// <param name="rejoins">Whether a primary has a standby, so that it may have to follow it later.</param>
    internal PostgresServer(StackFolder folder, bool durable, PostgresServer? primary = null, bool rejoins = false)
        : base(primary is null ? "postgres" : "postgres-standby", folder)
    {
        _process = new LocalProcess(folder, Name);
        (_durable, _primary, _rejoins) = (durable, primary, rejoins);
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
    public Task PromoteAsync(CancellationToken cancellationToken = default) => RunAsync(cancellationToken, "select pg_promote()");

    /// <summary>Sets whether commits of this primary wait for a standby.</summary>
    public Task WaitForStandbyAsync(bool wait, CancellationToken cancellationToken = default) => RunAsync(
        cancellationToken, $"alter system set synchronous_standby_names = '{(wait ? "*" : "")}'", "select pg_reload_conf()");

    /// <summary>
    /// Starts this former primary, which does not run, as a standby of the server that was promoted in its place. Its commits that the new
    /// primary does not have are removed.
    /// </summary>
    public async Task RejoinAsync(PostgresServer primary, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(primary);
        // pg_rewind reads the timeline of the last checkpoint, which can be older than the promotion.
        await primary.RunAsync(cancellationToken, "checkpoint");
        DeleteOwner();
        await ServerUser.RunAsync(
            Path.Combine(FindPrograms(), "pg_rewind"),
            ["-D", DataFolder, "--source-server", $"{CreateReplicationString(primary)} dbname=postgres", "-R", "--no-sync"],
            User, cancellationToken);
        _primary = primary;
        await StartAsync(cancellationToken);
    }

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var programs = FindPrograms();
        var port = Folder.Ports.Reserve(Name);
        await InitializeAsync(programs, cancellationToken);
        DeleteOwner();
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

    /// <summary>Deletes the owner's id. Postgres would treat a killed server that is still a zombie as a running owner.</summary>
    private void DeleteOwner() => File.Delete(Path.Combine(DataFolder, "postmaster.pid"));

    private async Task RunAsync(CancellationToken cancellationToken, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
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
            ? ("initdb", ["-D", unfinished, "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                // pg_rewind needs checksums.
                .. _rejoins ? ["--data-checksums"] : (string[])[]])
            : ("pg_basebackup",
                ["-D", unfinished, "-d", CreateReplicationString(_primary), "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        await ServerUser.RunAsync(Path.Combine(programs, create.Program), create.Arguments, User, cancellationToken);
        // pg_rewind needs the log since the last common checkpoint, and recovers a killed server without the settings of its command line.
        if (_rejoins)
            await File.AppendAllTextAsync(Path.Combine(unfinished, "postgresql.conf"), "wal_keep_size = 1GB\n", cancellationToken);
        Directory.Move(unfinished, DataFolder);
    }

    private IEnumerable<string> CreateSettings(int port) =>
    [
        "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", "max_connections=400", "shared_buffers=256MB",
        "max_wal_size=2GB", "timezone=UTC",
        // Without synchronous_commit=off: tests kill this server, and committed data must survive.
        .. _durable ? [] : (string[])["fsync=off"],
        // pg_rewind needs full pages.
        .. _durable || _rejoins || _primary is not null ? [] : (string[])["full_page_writes=off"],
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
