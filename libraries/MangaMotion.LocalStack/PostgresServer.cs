using MangaMotion.LocalStack.Processes;
using Npgsql;

namespace MangaMotion.LocalStack;

/// <summary>A private Postgres that trusts every connection from loopback.</summary>
public sealed class PostgresServer : LocalServer
{
    private const string User = "postgres";

    private readonly LocalProcess _process;
    private readonly bool _durable;

    internal PostgresServer(StackFolder folder, bool durable) : base("postgres", folder)
    {
        _process = new LocalProcess(folder, Name);
        _durable = durable;
    }

    /// <summary>To the database <c>postgres</c>, as superuser.</summary>
    public string ConnectionString => ConnectionStringTo("postgres");

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    // Fast shutdown: SIGTERM would wait for every client to leave.
    private protected override int StopSignal => Signals.Interrupt;

    public string ConnectionStringTo(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = User, Database = database }.ConnectionString;

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var programs = Programs();
        var port = Folder.Ports.Reserve(Name);
        await InitializeAsync(programs, cancellationToken);
        // None of ours runs any more, but Postgres takes even the zombie of one that was killed, where init is slow to reap, for a live owner.
        File.Delete(Path.Combine(DataFolder, "postmaster.pid"));
        _process.Start(new ProcessLaunch
        {
            FileName = Path.Combine(programs, "postgres"),
            Arguments = ["-D", DataFolder, .. Settings(port).SelectMany(x => (string[])["-c", x])],
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
        // Renamed into place when whole: an interrupted initdb leaves nothing that looks like a database.
        var unfinished = DataFolder + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        await ServerUser.MakeFolderAsync(unfinished, User, cancellationToken);
        await ServerUser.RunAsync(
            Path.Combine(programs, "initdb"),
            ["-D", unfinished, "-A", "trust", "-U", User, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            User,
            cancellationToken);
        Directory.Move(unfinished, DataFolder);
    }

    private IEnumerable<string> Settings(int port) =>
    [
        "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", "max_connections=400", "shared_buffers=256MB",
        "max_wal_size=2GB", "timezone=UTC",
        // Not synchronous_commit=off as well: tests kill this server, and what it has committed must outlive that.
        .. _durable ? [] : (string[])["fsync=off", "full_page_writes=off"],
    ];

    private static string Programs() =>
        Directory.Exists("/usr/lib/postgresql")
        && Directory.GetDirectories("/usr/lib/postgresql").Select(x => Path.Combine(x, "bin")).Where(x => File.Exists(Path.Combine(x, "initdb"))).Order().LastOrDefault() is { } folder
            ? folder
            : throw new LocalServerException("Postgres is not installed (no /usr/lib/postgresql/*/bin/initdb): run ./mangamotion setup, or install the Debian package postgresql.");
}
