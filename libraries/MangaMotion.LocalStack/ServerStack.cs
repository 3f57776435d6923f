using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>
/// Private RabbitMQ, Postgres and S3 on 127.0.0.1, without Docker: the one implementation behind <c>./mangamotion up</c>,
/// the tests and the benchmarks. All of it lives in one state folder; two folders are two independent stacks.
/// </summary>
public sealed class ServerStack : IAsyncDisposable
{
    private readonly ServerStackOptions _options;
    private readonly RabbitServer? _rabbit;
    private readonly PostgresServer? _postgres;
    private readonly S3Server? _s3;
    private FileStream? _lock;
    private Lifeline? _lifeline;

    private ServerStack(ServerStackOptions options)
    {
        _options = options;
        Folder = new StackFolder(options.Directory);
        _rabbit = options.Rabbit ? new RabbitServer(Folder) : null;
        _postgres = options.Postgres ? new PostgresServer(Folder, options.Durable) : null;
        _s3 = options.S3 ? new S3Server(Folder, options.Durable) : null;
        Servers = [.. new LocalServer?[] { _postgres, _rabbit, _s3 }.OfType<LocalServer>()];
    }

    public StackFolder Folder { get; }

    public IReadOnlyList<LocalServer> Servers { get; }

    public RabbitServer Rabbit => _rabbit ?? throw Missing(nameof(ServerStackOptions.Rabbit));

    public PostgresServer Postgres => _postgres ?? throw Missing(nameof(ServerStackOptions.Postgres));

    public S3Server S3 => _s3 ?? throw Missing(nameof(ServerStackOptions.S3));

    /// <summary>Starts the servers side by side and waits until all of them serve; what an earlier owner left running is swept first.</summary>
    /// <param name="progress">Gets a line for every server that is ready.</param>
    /// <exception cref="LocalServerException">A server could not be started, or another process owns the folder; nothing is left running.</exception>
    public static async Task<ServerStack> StartAsync(ServerStackOptions options, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stack = new ServerStack(options);
        stack.Folder.Create();
        stack._lock = Lock(stack.Folder);
        try
        {
            if (!options.Detached)
            {
                // Whoever owned the folder before is gone, for we hold its lock; what still runs is a leftover of a crash.
                await stack.SweepAsync(cancellationToken);
                stack._lifeline = Lifeline.Start(stack.Folder, options.Temporary);
            }

            await Task.WhenAll(stack.Servers.Select(x => StartAsync(x, progress, cancellationToken)));
        }
        catch
        {
            await stack.StopAsync(CancellationToken.None);
            await stack.LetGoAsync();
            throw;
        }

        if (options.Detached)
            await stack.LetGoAsync();
        return stack;
    }

    /// <summary>The stack that another process started in the folder, to use or to stop it. Disposing it leaves it running.</summary>
    public static ServerStack Attach(string directory)
    {
        var ports = new StackFolder(directory).Ports;
        return new ServerStack(new ServerStackOptions
        {
            Directory = directory,
            Rabbit = ports.Find("rabbitmq") is not null,
            Postgres = ports.Find("postgres") is not null,
            S3 = ports.Find("s3") is not null,
            Detached = true,
        });
    }

    /// <summary>Stops all servers in good order and keeps their data.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => Task.WhenAll(Servers.Select(x => x.StopAsync(cancellationToken)));

    /// <summary>Kills whatever runs and removes their data, logs and remembered ports.</summary>
    public async Task WipeAsync(CancellationToken cancellationToken = default)
    {
        await SweepAsync(cancellationToken);
        Folder.Wipe();
    }

    /// <summary>Stops what this process owns; a detached stack stays.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_options.Detached)
            return;
        if (_options.Temporary)
            await WipeAsync();
        else
            await StopAsync();
        await LetGoAsync();
        if (_options.Temporary)
            Directory.Delete(Folder.Path, recursive: true);
    }

    private static async Task StartAsync(LocalServer server, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);
        progress?.Report($"{server.Name} is ready on 127.0.0.1:{server.Port}");
    }

    /// <summary>Kills every process that is recorded in the folder.</summary>
    private Task SweepAsync(CancellationToken cancellationToken) => Task.WhenAll(
        from file in Directory.Exists(Folder.Run) ? Directory.EnumerateFiles(Folder.Run, "*.pid") : []
        select new LocalProcess(Folder, Path.GetFileNameWithoutExtension(file)).KillAsync(cancellationToken));

    private async Task LetGoAsync()
    {
        if (_lifeline is not null)
            await _lifeline.DisposeAsync();
        if (_lock is not null)
            await _lock.DisposeAsync();
        (_lifeline, _lock) = (null, null);
    }

    private static FileStream Lock(StackFolder folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder.Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new LocalServerException($"Another process owns the stack in {folder.Path}: end it first, or use another folder.", exception);
        }
    }

    private static InvalidOperationException Missing(string option) =>
        new($"This stack was started without that server: set {nameof(ServerStackOptions)}.{option}.");
}

/// <summary>What to start, and where.</summary>
public sealed record ServerStackOptions
{
    /// <summary>State folder; made if missing. One stack per folder.</summary>
    public required string Directory { get; init; }

    public bool Rabbit { get; init; } = true;

    public bool Postgres { get; init; } = true;

    public bool S3 { get; init; }

    /// <summary>False makes Postgres faster and a power cut fatal, and has S3 keep everything in memory, so that it cannot be restarted: for tests.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>True lets the servers outlive this process; false ends them with it, also when it is killed.</summary>
    public bool Detached { get; init; }

    /// <summary>Removes the folder and the data at the end.</summary>
    public bool Temporary { get; init; }
}
