using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>
/// Private RabbitMQ node with the management and Prometheus plugins. A single node has its own epmd; the nodes of a cluster share an
/// <see cref="EpmdServer"/> and the cookie of the first node.
/// </summary>
public sealed class RabbitServer : LocalServer
{
    private const string User = "rabbitmq";
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private const string Program = $"{Programs}/rabbitmq-server";
    private const string FirstName = "rabbitmq";

    // epmd runs in the server's process group and ends with it. RabbitMQ would start it as a daemon.
    private const string Launcher = """epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & exec "$0" """;

    private readonly TimeSpan _consumerTimeout;
    private readonly TimeSpan _statisticsInterval;
    private readonly int _number;
    private readonly int _nodes;
    private readonly LocalProcess _process;

    /// <param name="number">Number of the node in its cluster, from 1.</param>
    internal RabbitServer(StackFolder folder, ServerStackOptions options, int number = 1) : base(NameNode(number), folder)
    {
        (_consumerTimeout, _statisticsInterval) = (options.ConsumerTimeout, options.BrokerStatisticsInterval);
        (_number, _nodes) = (number, options.BrokerNodes);
        _process = new LocalProcess(folder, Name);
    }

    /// <summary>AMQP address of the default virtual host, with credentials.</summary>
    public Uri AmqpUri => AmqpUriTo("");

    /// <summary>Address of the management page and API. User and password are <c>guest</c>.</summary>
    public Uri ManagementUri => new($"http://127.0.0.1:{GetPort($"{Name}-management")}/");

    /// <summary>Address of the metrics in Prometheus' text format.</summary>
    public Uri MetricsUri => new($"http://127.0.0.1:{GetPort($"{Name}-prometheus")}/metrics");

    /// <summary>Whether the node was started before. A node with data waits for the other nodes of its cluster.</summary>
    internal bool HasData => Directory.Exists(DataFolder);

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    private string NodeName => NameErlangNode(_number);

    /// <summary>Folder with the Erlang cookie.</summary>
    private string Home => Path.Combine(Folder.Data, FirstName);

    private IEnumerable<string> OtherNodes =>
        Enumerable.Range(1, _nodes).Where(number => number != _number).Select(NameErlangNode);

    /// <summary>Creates the AMQP address of a virtual host, with credentials.</summary>
    /// <param name="virtualHost">Unescaped name; empty for the default virtual host.</param>
    public Uri AmqpUriTo(string virtualHost) => new($"amqp://guest:guest@127.0.0.1:{Port}/{Uri.EscapeDataString(virtualHost)}");

    /// <summary>Creates a client of the management API with its address and credentials.</summary>
    public HttpClient CreateManagementClient() => new()
    {
        BaseAddress = ManagementUri,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8)) },
    };

    private static string NameErlangNode(int number) => $"mangamotion{(number == 1 ? "" : $"-{number}")}@localhost";

    /// <summary>Name of the node with a number from 1.</summary>
    internal static string NameNode(int number) => number == 1 ? FirstName : $"{FirstName}-{number}";

    /// <summary>
    /// Cuts the links to the other nodes of the cluster. Clients stay connected. This node then has another cookie for them, so that no
    /// link comes back before <see cref="HealAsync"/>.
    /// </summary>
    public Task PartitionAsync(CancellationToken cancellationToken = default)
    {
        var nodes = string.Join(',', OtherNodes.Select(node => $"'{node}'"));
        // All links at once: a node that still sees one that another node has lost reports a partial partition, and both pause. After the
        // answer, because a node that pauses may not send one.
        return EvaluateAsync(
            $"spawn(fun() -> timer:sleep(500), [erlang:set_cookie(N, cut) || N <- [{nodes}]], "
            + $"[erlang:disconnect_node(N) || N <- [{nodes}]] end).",
            cancellationToken);
    }

    /// <summary>Restores the links that <see cref="PartitionAsync"/> has cut.</summary>
    public Task HealAsync(CancellationToken cancellationToken = default)
    {
        var nodes = string.Join(',', OtherNodes.Select(node => $"'{node}'"));
        return EvaluateAsync(
            $"[begin erlang:set_cookie(N, erlang:get_cookie()), net_adm:ping(N) end || N <- [{nodes}]].", cancellationToken);
    }

    protected override async Task LaunchAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Program))
        {
            throw new LocalServerException(
                $"RabbitMQ is not installed (no {Program}). Run ./mangamotion setup, or install the package rabbitmq-server.");
        }

        await ServerUser.CreateFolderAsync(DataFolder, User, cancellationToken);
        var config = Path.Combine(DataFolder, "rabbitmq.conf");
        await File.WriteAllTextAsync(config, CreateConfiguration(), cancellationToken);
        var advanced = Path.Combine(DataFolder, "advanced.config");
        await File.WriteAllTextAsync(advanced, AdvancedConfiguration(), cancellationToken);
        var plugins = Path.Combine(DataFolder, "enabled_plugins");
        await File.WriteAllTextAsync(
            plugins, "[rabbitmq_management,rabbitmq_prometheus,rabbitmq_shovel,rabbitmq_shovel_management].\n", cancellationToken);

        _process.Start(new ProcessLaunch
        {
            FileName = "/bin/sh",
            Arguments = ["-c", _nodes == 1 ? Launcher : """exec "$0" """, Program],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ["LANG"] = "C.UTF-8",
                ["HOME"] = Home,
                ["ERL_CRASH_DUMP"] = Path.Combine(DataFolder, "erl_crash.dump"),
                ["ERL_EPMD_PORT"] = $"{(_nodes == 1 ? Folder.Ports.Reserve(EpmdServer.ServerName) : GetPort(EpmdServer.ServerName))}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_NODENAME"] = NodeName,
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(DataFolder, "mnesia"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(DataFolder, "log"),
                ["RABBITMQ_LOGS"] = "-",
                ["RABBITMQ_CONFIG_FILE"] = config,
                ["RABBITMQ_CONFIG_FILES"] = Path.Combine(DataFolder, "conf.d"),
                ["RABBITMQ_ADVANCED_CONFIG_FILE"] = advanced,
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
                ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
                ["RABBITMQ_PID_FILE"] = Path.Combine(DataFolder, "rabbitmq.pid"),
                ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_NODE_PORT"] = $"{Folder.Ports.Reserve(Name)}",
                ["RABBITMQ_DIST_PORT"] = $"{Folder.Ports.Reserve($"{Name}-distribution")}",
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
                // The start script then replaces itself by the Erlang VM, which handles SIGTERM, instead of supervising it.
                ["RUNNING_UNDER_SYSTEMD"] = "true",
            },
            WorkingDirectory = DataFolder,
            User = User,
        });
    }

    protected override async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // Plugins start after the broker, so the broker is ready when the management API answers.
        using var client = CreateManagementClient();
        var nodes = await client.GetFromJsonAsync<JsonElement>(new Uri("api/nodes", UriKind.Relative), cancellationToken);
        if (_number > 1 && nodes.GetArrayLength() < 2)
            throw new LocalServerException($"{Name} has not joined the cluster.");
    }

    /// <summary>Evaluates an Erlang expression in the node.</summary>
    private Task EvaluateAsync(string expression, CancellationToken cancellationToken) => ServerUser.RunAsync(
        "env",
        [
            "-i", $"HOME={Home}", $"ERL_EPMD_PORT={GetPort(EpmdServer.ServerName)}", "LANG=C.UTF-8",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "RABBITMQ_CONF_ENV_FILE=/dev/null",
            "RABBITMQ_CTL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
            "timeout", "60", $"{Programs}/rabbitmqctl", "-q", "-n", NodeName, "eval", expression,
        ],
        User,
        cancellationToken);

    private string CreateConfiguration() => new StringBuilder()
        .AppendLine("management.tcp.ip = 127.0.0.1")
        .AppendLine($"management.tcp.port = {Folder.Ports.Reserve($"{Name}-management")}")
        .AppendLine("prometheus.tcp.ip = 127.0.0.1")
        .AppendLine($"prometheus.tcp.port = {Folder.Ports.Reserve($"{Name}-prometheus")}")
        .AppendLine("vm_memory_high_watermark.absolute = 1GB")
        .AppendLine("disk_free_limit.absolute = 50MB")
        .AppendLine($"consumer_timeout = {_consumerTimeout.TotalMilliseconds}")
        .AppendLine($"collect_statistics_interval = {_statisticsInterval.TotalMilliseconds}")
        .Append(_nodes == 1 ? "" : ClusterConfiguration())
        .ToString();

    /// <summary>Each blank node joins the first one, which finds only itself. A node that sees a minority stops serving.</summary>
    private static string ClusterConfiguration() =>
        $"""
        cluster_formation.peer_discovery_backend = classic_config
        cluster_formation.classic_config.nodes.1 = {NameErlangNode(1)}
        cluster_partition_handling = pause_minority

        """;

    /// <summary>
    /// RabbitMQ looks for held messages once a minute, too seldom for a timeout below that. With the default tick time of 60 s, a frozen
    /// node blocks publishing through the other nodes for most of a minute. The management page keeps its samples for ten minutes.
    /// </summary>
    private string AdvancedConfiguration()
    {
        var statistics = _statisticsInterval.TotalMilliseconds;
        var heldMessages = _consumerTimeout < TimeSpan.FromMinutes(1) ? ", {channel_tick_interval, 1000}" : "";
        var samples = $"[{{605, {_statisticsInterval.TotalSeconds}}}]";
        string[] applications =
        [
            $"{{rabbit, [{{quorum_tick_interval, {statistics}}}{heldMessages}]}}",
            $"{{rabbitmq_management_agent, [{{sample_retention_policies, "
                + $"[{{global, {samples}}}, {{basic, {samples}}}, {{detailed, {samples}}}]}}]}}",
            .. _nodes > 1 ? (string[])["{kernel, [{net_ticktime, 12}]}"] : [],
        ];
        return $"[{string.Join(", ", applications)}].\n";
    }
}
