using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>
/// Private RabbitMQ, Postgres and S3 on 127.0.0.1 without Docker, used by <c>./mangamotion up</c>, the tests and the benchmarks. Each stack
/// has one state folder and is independent of other stacks.
/// </summary>
public sealed class ServerStack : IAsyncDisposable
{
    private readonly ServerStackOptions _options;
    private readonly EpmdServer? _epmd;
    private readonly PostgresServer? _postgres;
    private readonly PostgresServer? _standby;
    private readonly S3Server? _s3;
    private FileStream? _lock;
    private Lifeline? _lifeline;

    private ServerStack(ServerStackOptions options)
    {
        _options = options;
        Folder = new StackFolder(options.Directory);
        var nodes = options.Rabbit ? options.BrokerNodes : 0;
        _epmd = nodes > 1 ? new EpmdServer(Folder) : null;
        BrokerNodes = [.. Enumerable.Range(1, nodes).Select(number => new RabbitServer(Folder, options, number))];
        _postgres = options.Postgres ? new PostgresServer(Folder, options.Durable, rejoins: options.Standby) : null;
        _standby = options.Standby ? new PostgresServer(Folder, options.Durable, Postgres) : null;
        _s3 = options.S3 ? new S3Server(Folder, options.Durable) : null;
        LocalServer?[] servers = [_postgres, _epmd, .. BrokerNodes, _s3, _standby];
        Servers = [.. servers.OfType<LocalServer>()];
    }

    public StackFolder Folder { get; }

    public IReadOnlyList<LocalServer> Servers { get; }

    /// <summary>The only broker node, or the first of a cluster.</summary>
    public RabbitServer Rabbit => BrokerNodes is [var first, ..] ? first : throw CreateMissingServer(nameof(ServerStackOptions.Rabbit));

    /// <summary>Nodes of the broker, with the number that the options give.</summary>
    public IReadOnlyList<RabbitServer> BrokerNodes { get; }

    /// <summary>AMQP address of the default virtual host with all nodes, with credentials: the form that services accept.</summary>
    public string AmqpAddress => $"amqp://guest:guest@{string.Join(',', BrokerNodes.Select(node => $"127.0.0.1:{node.Port}"))}/";

    public PostgresServer Postgres => _postgres ?? throw CreateMissingServer(nameof(ServerStackOptions.Postgres));

    /// <summary>Streaming standby of <see cref="Postgres"/>.</summary>
    public PostgresServer Standby => _standby ?? throw CreateMissingServer(nameof(ServerStackOptions.Standby));

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

            LocalServer?[] later = [stack._standby, stack._epmd, .. stack.BrokerNodes];
            await Task.WhenAll(
                stack.Servers.Except(later).Select(x => StartServerAsync(x!, progress, cancellationToken))
                    .Append(stack.StartBrokerAsync(progress, cancellationToken)));
            // A new standby is a copy of the running primary.
            if (stack._standby is { } standby)
                await StartServerAsync(standby, progress, cancellationToken);
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
            BrokerNodes = Enumerable.Range(1, ServerStackOptions.MaxBrokerNodes).Last(
                number => number == 1 || ports.Find(RabbitServer.NameNode(number)) is not null),
            Postgres = ports.Find("postgres") is not null,
            Standby = ports.Find("postgres-standby") is not null,
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

    /// <summary>Nodes with data start together, because each waits for the others. A blank node joins the first node.</summary>
    private async Task StartBrokerAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (_epmd is not null)
            await StartServerAsync(_epmd, progress, cancellationToken);
        foreach (var nodes in BrokerNodes.GroupBy(node => node.HasData || node == Rabbit).OrderByDescending(nodes => nodes.Key).ToList())
            await Task.WhenAll(nodes.Select(node => StartServerAsync(node, progress, cancellationToken)));
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
    /// <summary>Most nodes that a broker can have.</summary>
    public const int MaxBrokerNodes = 3;

    /// <summary>State folder of the stack. It is created if missing.</summary>
    public required string Directory { get; init; }

    public bool Rabbit { get; init; } = true;

    /// <summary>Nodes of the broker: 1, or up to <see cref="MaxBrokerNodes"/> that form a cluster.</summary>
    public int BrokerNodes { get; init; } = 1;

    /// <summary>
    /// Time between two statistics of a connection, channel or queue, which the management page and the broker's metrics show. Idle queues
    /// use processor time for little else.
    /// </summary>
    public TimeSpan BrokerStatisticsInterval { get; init; } = TimeSpan.FromSeconds(5);

    public bool Postgres { get; init; } = true;

    /// <summary>Whether Postgres gets a streaming standby. Requires <see cref="Postgres"/>.</summary>
    public bool Standby { get; init; }

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
