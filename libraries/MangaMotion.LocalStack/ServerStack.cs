using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>
/// Private RabbitMQ, Postgres and S3 on 127.0.0.1 without Docker, used by <c>./mangamotion up</c>, the tests and the benchmarks. Each stack
/// has one state folder and is independent of other stacks.
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
        _rabbit = options.Rabbit ? new RabbitServer(Folder, options.ConsumerTimeout) : null;
        _postgres = options.Postgres ? new PostgresServer(Folder, options.Durable) : null;
        _s3 = options.S3 ? new S3Server(Folder, options.Durable) : null;
        Servers = [.. new LocalServer?[] { _postgres, _rabbit, _s3 }.OfType<LocalServer>()];
    }

    public StackFolder Folder { get; }

    public IReadOnlyList<LocalServer> Servers { get; }

    public RabbitServer Rabbit => _rabbit ?? throw CreateMissingServer(nameof(ServerStackOptions.Rabbit));

    public PostgresServer Postgres => _postgres ?? throw CreateMissingServer(nameof(ServerStackOptions.Postgres));

    public S3Server S3 => _s3 ?? throw CreateMissingServer(nameof(ServerStackOptions.S3));

    /// <summary>
    /// Starts the servers in parallel and waits until all are ready. Processes that an earlier owner left running are killed first.
    /// </summary>
    /// <param name="progress">Receives a line for every server that is ready.</param>
    /// <exception cref="LocalServerException">
    /// A server could not be started, or another process owns the folder. No server is left running.
    /// </exception>
    public static async Task<ServerStack> StartAsync(
        ServerStackOptions options, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stack = new ServerStack(options);
        stack.Folder.Create();
        stack._lock = LockFolder(stack.Folder);
        try
        {
            if (!options.Detached)
            {
                // The lock proves that the previous owner has ended. Processes that still run were left by a crash.
                await stack.KillRecordedAsync(cancellationToken);
                stack._lifeline = Lifeline.Start(stack.Folder, options.Temporary);
            }

            await Task.WhenAll(stack.Servers.Select(x => StartServerAsync(x, progress, cancellationToken)));
        }
        catch
        {
            await stack.StopAsync(CancellationToken.None);
            await stack.ReleaseAsync();
            throw;
        }

        if (options.Detached)
            await stack.ReleaseAsync();
        return stack;
    }

    /// <summary>Attaches to the stack that another process started in a folder. Disposing it leaves the servers running.</summary>
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

    /// <summary>Stops all servers gracefully and keeps their data.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(Servers.Select(x => x.StopAsync(cancellationToken)));

    /// <summary>Kills all servers and deletes their data, logs and remembered ports.</summary>
    public async Task WipeAsync(CancellationToken cancellationToken = default)
    {
        await KillRecordedAsync(cancellationToken);
        Folder.Wipe();
    }

    /// <summary>Stops the servers, unless the stack is detached.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_options.Detached)
            return;
        if (_options.Temporary)
            await WipeAsync();
        else
            await StopAsync();
        await ReleaseAsync();
        if (_options.Temporary)
            Directory.Delete(Folder.Path, recursive: true);
    }

    private static async Task StartServerAsync(LocalServer server, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);
        progress?.Report($"{server.Name} is ready on 127.0.0.1:{server.Port}");
    }

    /// <summary>Kills every process that has a pid file in the folder.</summary>
    private Task KillRecordedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        from file in Directory.Exists(Folder.Run) ? Directory.EnumerateFiles(Folder.Run, "*.pid") : []
        select new LocalProcess(Folder, Path.GetFileNameWithoutExtension(file)).KillAsync(cancellationToken));

    private async Task ReleaseAsync()
    {
        if (_lifeline is not null)
            await _lifeline.DisposeAsync();
        if (_lock is not null)
            await _lock.DisposeAsync();
        (_lifeline, _lock) = (null, null);
    }

    private static FileStream LockFolder(StackFolder folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder.Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new LocalServerException($"Another process owns the stack in {folder.Path}. Stop it, or use another folder.", exception);
        }
    }

    private static InvalidOperationException CreateMissingServer(string option) =>
        new($"This stack was started without that server. Set {nameof(ServerStackOptions)}.{option}.");
}

/// <summary>Servers to start and their state folder.</summary>
public sealed record ServerStackOptions
{
    /// <summary>State folder of the stack. It is created if missing.</summary>
    public required string Directory { get; init; }

    public bool Rabbit { get; init; } = true;

    public bool Postgres { get; init; } = true;

    public bool S3 { get; init; }

    /// <summary>Time for which a consumer may hold a message before RabbitMQ closes its channel. Videos need up to 6 h.</summary>
    public TimeSpan ConsumerTimeout { get; init; } = TimeSpan.FromHours(6);

    /// <summary>
    /// Whether data survives. False is for tests: Postgres is faster but loses data in a power cut, and S3 keeps data in memory only.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Whether the servers outlive this process. Otherwise they end with it, even if it is killed.</summary>
    public bool Detached { get; init; }

    /// <summary>Whether the folder and the data are deleted at the end.</summary>
    public bool Temporary { get; init; }
}
