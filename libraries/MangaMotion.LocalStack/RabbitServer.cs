using System.Net.Http.Headers;
using System.Text;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>Private RabbitMQ node with the management and Prometheus plugins, a separate epmd and a separate cookie.</summary>
public sealed class RabbitServer : LocalServer
{
    private const string User = "rabbitmq";
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    // epmd runs in the server's process group and ends with it. RabbitMQ would start it as a daemon.
    private const string Launcher = """epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & exec "$0" """;

    private readonly TimeSpan _consumerTimeout;
    private readonly LocalProcess _process;

    internal RabbitServer(StackFolder folder, TimeSpan consumerTimeout) : base("rabbitmq", folder)
    {
        _consumerTimeout = consumerTimeout;
        _process = new LocalProcess(folder, Name);
    }

    /// <summary>AMQP address of the default virtual host, with credentials.</summary>
    public Uri AmqpUri => AmqpUriTo("");

    /// <summary>Address of the management page and API. User and password are <c>guest</c>.</summary>
    public Uri ManagementUri => new($"http://127.0.0.1:{GetPort("rabbitmq-management")}/");

    /// <summary>Address of the metrics in Prometheus' text format.</summary>
    public Uri MetricsUri => new($"http://127.0.0.1:{GetPort("rabbitmq-prometheus")}/metrics");

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    /// <summary>Creates the AMQP address of a virtual host, with credentials.</summary>
    /// <param name="virtualHost">Unescaped name; empty for the default virtual host.</param>
    public Uri AmqpUriTo(string virtualHost) => new($"amqp://guest:guest@127.0.0.1:{Port}/{Uri.EscapeDataString(virtualHost)}");

    /// <summary>Creates a client of the management API with its address and credentials.</summary>
    public HttpClient CreateManagementClient() => new()
    {
        BaseAddress = ManagementUri,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8)) },
    };

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
            Arguments = ["-c", Launcher, Program],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ["LANG"] = "C.UTF-8",
                ["HOME"] = DataFolder,
                ["ERL_CRASH_DUMP"] = Path.Combine(DataFolder, "erl_crash.dump"),
                ["ERL_EPMD_PORT"] = $"{Folder.Ports.Reserve("rabbitmq-epmd")}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_NODENAME"] = "mangamotion@localhost",
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
                ["RABBITMQ_DIST_PORT"] = $"{Folder.Ports.Reserve("rabbitmq-distribution")}",
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
        using var response = await client.GetAsync(new Uri("api/overview", UriKind.Relative), cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private string CreateConfiguration() => new StringBuilder()
        .AppendLine("management.tcp.ip = 127.0.0.1")
        .AppendLine($"management.tcp.port = {Folder.Ports.Reserve("rabbitmq-management")}")
        .AppendLine("prometheus.tcp.ip = 127.0.0.1")
        .AppendLine($"prometheus.tcp.port = {Folder.Ports.Reserve("rabbitmq-prometheus")}")
        .AppendLine("vm_memory_high_watermark.absolute = 1GB")
        .AppendLine("disk_free_limit.absolute = 50MB")
        .AppendLine($"consumer_timeout = {_consumerTimeout.TotalMilliseconds}")
        .ToString();

    /// <summary>RabbitMQ looks for held messages once a minute, too seldom for a timeout below that.</summary>
    private string AdvancedConfiguration() =>
        _consumerTimeout < TimeSpan.FromMinutes(1) ? "[{rabbit, [{channel_tick_interval, 1000}]}].\n" : "[].\n";
}
