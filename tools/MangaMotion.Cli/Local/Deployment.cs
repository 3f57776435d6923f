using MangaMotion.Cli.Backups;
using MangaMotion.LocalStack;
using Npgsql;

namespace MangaMotion.Cli.Local;

/// <summary>Servers and services of one clone, as <c>up</c> starts them.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private const string Database = "mangamotion";

    private readonly Clone _clone;
    private readonly DeploymentSettings _settings;

    private readonly IReadOnlyDictionary<string, string> _overrides;

    private Deployment(
        Clone clone, DeploymentSettings settings, ServerStack servers, IReadOnlyDictionary<string, string>? overrides = null)
    {
        _clone = clone;
        _settings = settings;
        _overrides = overrides ?? new Dictionary<string, string>();
        Servers = servers;
        Services = [.. from definition in settings.Services
                       from name in definition.NameInstances(settings.CountProcesses(definition))
                       select new ServiceProcess(name, definition, clone, servers.Folder, () => CreateEnvironment(definition))];
    }

    public ServerStack Servers { get; }

    public IReadOnlyList<ServiceProcess> Services { get; }

    public string Store => _settings.Store;

    public string ApiKey => _settings.ApiKey;

    public bool Cluster => _settings.Cluster;

    /// <summary>Connection string of the database. In a cluster it names the primary and the standby.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(Servers.Postgres.ConnectionStringTo(Database))
    {
        Host = string.Join(',', DatabaseServers.Select(server => $"127.0.0.1:{server.Port}")),
    }.ConnectionString;

    /// <summary>The database server, and its standby in a cluster.</summary>
    public IReadOnlyList<PostgresServer> DatabaseServers => Cluster ? [Servers.Postgres, Servers.Standby] : [Servers.Postgres];

    /// <summary>Address of the API; in a cluster that of its first instance.</summary>
    public Uri Url => Urls[0];

    /// <summary>Addresses of all instances of the API.</summary>
    public IReadOnlyList<Uri> Urls =>
        [.. Services.Where(service => service.Definition.HasApi).Select(service => service.Url)];

    /// <summary>Servers and services in the order of their start.</summary>
    public IEnumerable<LocalServer> All =>
        [.. Servers.Servers.Where(server => server is not S3Server || Store == DeploymentSettings.S3), .. Services];

    public Uri ConsoleUrl => Services.Single(service => service.Definition.HasConsole).ConsoleUrl;

    public bool IsRunning => All.Any(x => x.IsRunning);

    /// <summary>Shell script that exports the addresses and the key; exists while the stack is running.</summary>
    public string EnvironmentFile => Path.Combine(_clone.Stack, "env");

    private string ConsoleFolder => Path.Combine(_clone.Stack, "console");

    private string LoginFolder => Path.Combine(ConsoleFolder, "logins");

    private string StoreFolder => Path.Combine(_clone.Stack, "store");

    /// <summary>Finds the deployment of the clone, running or not; null if <c>up</c> never ran or the data was wiped.</summary>
    public static Deployment? Find(Clone clone) =>
        DeploymentSettings.Load(clone) is { } settings ? new Deployment(clone, settings, ServerStack.Attach(clone.Stack)) : null;

    /// <summary>Starts the servers and services that are not running, and waits until all are ready.</summary>
    /// <param name="detached">True: they outlive this process. False: they end with this process, even if it is killed.</param>
    /// <param name="overrides">Variables of all services but the console, over those of the stack.</param>
    /// <param name="restartChanged">Restarts running services whose build or settings changed.</param>
    public static async Task<Deployment> StartAsync(
        Clone clone, DeploymentSettings settings, bool detached, IProgress<string> progress, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? overrides = null, bool restartChanged = false)
    {
        StackKeys.ThrowIfRestoring(clone);
        var wasRunning = detached && Find(clone) is { IsRunning: true };
        var servers = await ServerStack.StartAsync(
            new ServerStackOptions
            {
                Directory = clone.Stack,
                Detached = detached,
                S3 = settings.Store == DeploymentSettings.S3,
                BrokerNodes = settings.Cluster ? ServerStackOptions.MaxBrokerNodes : 1,
                BrokerStatisticsInterval = TimeSpan.FromSeconds(30),
                Standby = settings.Cluster,
            },
            progress,
            cancellationToken);
        var deployment = new Deployment(clone, settings, servers, overrides);
        try
        {
            await StopSurplusAsync(clone, deployment, cancellationToken);
            settings.Save(clone);
            await deployment.CreateDatabaseAsync(cancellationToken);
            await BackupCommand.BackUpBeforeUpgradeAsync(clone, deployment.CreateStoreEnvironment(), progress, cancellationToken);
            if (restartChanged)
                await deployment.StopChangedAsync(progress, cancellationToken);
            if (settings.Cluster)
                await servers.Postgres.WaitForStandbyAsync(settings.Synchronous, cancellationToken);
            // The console is started last: it needs the port of the API.
            foreach (var services in deployment.Services.GroupBy(service => service.Name == ServiceDefinition.Console))
                await Task.WhenAll(services.Select(service => StartServiceAsync(service, progress, cancellationToken)));
            deployment.WriteEnvironmentFile();
            return deployment;
        }
        catch
        {
            // Work of a stack that was running goes on.
            if (!wasRunning)
                await deployment.StopAsync(CancellationToken.None);
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Opens the database and the object store: those of the running stack, or else started without the other servers and the services,
    /// and stopped when this is disposed.
    /// </summary>
    public static async Task<Deployment> OpenStoresAsync(
        Clone clone, DeploymentSettings settings, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var running = new Deployment(clone, settings, ServerStack.Attach(clone.Stack));
        if (running.IsRunning)
        {
            return running.All.FirstOrDefault(server => server is PostgresServer or S3Server && !server.IsRunning) is { } stopped
                ? throw new CommandException(
                    $"{stopped.Name} of the running stack has stopped. Start it with {CommandLine.Program} up --detach.")
                : running;
        }

        var options = new ServerStackOptions { Directory = clone.Stack, Rabbit = false, S3 = settings.Store == DeploymentSettings.S3 };
        var deployment = new Deployment(clone, settings, await ServerStack.StartAsync(options, progress, cancellationToken));
        try
        {
            await deployment.CreateDatabaseAsync(cancellationToken);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ProcessStatus>> GetStatusAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(All.Select(x => GetStatusAsync(x, cancellationToken)));

    /// <summary>Stops the services, then the servers, and keeps the data.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        File.Delete(EnvironmentFile);
        await Task.WhenAll(Services.Select(x => x.StopAsync(cancellationToken)));
        await Servers.StopAsync(cancellationToken);
    }

    /// <summary>Stops everything and removes data, stored objects, logs, ports and key.</summary>
    public async Task WipeAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await Servers.WipeAsync(cancellationToken);
        foreach (var folder in (string[])[StoreFolder, ConsoleFolder])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        StackKeys.FinishRestore(_clone);
        DeploymentSettings.Delete(_clone);
    }

    public ValueTask DisposeAsync() => Servers.DisposeAsync();

    private static async Task<ProcessStatus> GetStatusAsync(LocalServer server, CancellationToken cancellationToken)
    {
        var service = server as ServiceProcess;
        var obstacle = server.IsRunning && service is not null ? await service.FindObstacleAsync(cancellationToken) : null;
        var state =
            !server.IsRunning ? ProcessStatus.Stopped
            : obstacle is null ? ProcessStatus.Ready
            : ProcessStatus.NotReady;
        return new ProcessStatus(
            server.Name, service is null ? "server" : "service", state, server.ProcessId, server.Folder.Ports.Find(server.Name),
            server.LogFile, obstacle);
    }

    /// <summary>Stops the services that run an older build, or with other settings than the environment of this process has.</summary>
    private async Task StopChangedAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var settings = SettingsPage.Read(_clone);
        await Task.WhenAll(Services.Where(service => service.IsRunning).Select(async service =>
        {
            List<string> changes = [.. service.FindChanges(settings)];
            if (service.HasNewBuild)
                changes.Add("its build");
            if (changes.Count == 0)
                return;
            progress.Report($"restarting {service.Name}: {string.Join(", ", changes)} changed");
            await service.StopAsync(cancellationToken);
        }));
    }

    private static async Task StartServiceAsync(ServiceProcess service, IProgress<string> progress, CancellationToken cancellationToken)
    {
        await service.StartAsync(cancellationToken);
        progress.Report($"{service.Name} is ready on {service.Url.Authority}");
    }

    /// <summary>Stops running workers beyond the new number of workers.</summary>
    private static async Task StopSurplusAsync(Clone clone, Deployment next, CancellationToken cancellationToken)
    {
        if (Find(clone) is not { } previous)
            return;
        var surplus = previous.Services.ExceptBy(next.Services.Select(service => service.Name), service => service.Name);
        await Task.WhenAll(surplus.Select(service => service.StopAsync(cancellationToken)));
    }

    /// <summary>Creates a one-time login link of the console, valid for five minutes.</summary>
    /// <param name="path">Page to show after the login.</param>
    public Uri CreateLoginLink(string path = "/videos") =>
        LoginLink.Create(LoginFolder, new Uri(ConsoleUrl, $"/login?to={Uri.EscapeDataString(path)}"), ApiKey);

    private Dictionary<string, string> CreateEnvironment(ServiceDefinition definition)
    {
        var environment = definition.Name == ServiceDefinition.Console ? [] : CreateStoreEnvironment();
        if (definition.Name != ServiceDefinition.Console)
        {
            environment["ConnectionStrings__RabbitMq"] = Servers.AmqpAddress;
            foreach (var (name, value) in _overrides)
                environment[name] = value;
        }

        if (definition.HasApi)
            environment["MANGAMOTION_API_KEY"] = ApiKey;
        if (definition == ServiceDefinition.AllInOne)
            environment["AllInOne__ConsoleUrls"] = TrimSlash(ConsoleUrl);
        if (!definition.HasConsole)
            return environment;

        environment["Console__ApiUrl"] = TrimSlash(Url);
        environment["Console__DataProtection__Directory"] = _clone.ConsoleKeys;
        environment["Console__LoginLinks__Directory"] = LoginFolder;
        if (Store == DeploymentSettings.S3)
            environment["Console__StoreOrigin"] = TrimSlash(Servers.S3.Endpoint);
        return environment;
    }

    /// <summary>Creates the settings of database and object store, by the names of their environment variables.</summary>
    public Dictionary<string, string> CreateStoreEnvironment()
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = ConnectionString,
            ["Storage__Kind"] = Store,
            ["Storage__Disk__Root"] = StoreFolder,
        };
        if (Store == DeploymentSettings.S3)
        {
            environment["S3_ENDPOINT"] = TrimSlash(Servers.S3.Endpoint);
            environment["S3_BUCKET"] = "mangamotion";
            environment["S3_ACCESS_KEY"] = S3Server.AccessKey;
            environment["S3_SECRET_KEY"] = S3Server.SecretKey;
        }

        return environment;
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var server = NpgsqlDataSource.Create(Servers.Postgres.ConnectionString + ";Pooling=false");
        await using var find = server.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        find.Parameters.Add(new() { Value = Database });
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var create = server.CreateCommand($"CREATE DATABASE {Database}");
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes <see cref="EnvironmentFile"/>.</summary>
    public void WriteEnvironmentFile()
    {
        var management = new UriBuilder(Servers.Rabbit.ManagementUri) { UserName = "guest", Password = "guest" }.Uri;
        (string Name, string Value)[] variables =
        [
            ("MANGAMOTION_URL", string.Join(',', Urls.Select(TrimSlash))),
            ("MANGAMOTION_API_KEY", ApiKey),
            ("MANGAMOTION_CONSOLE_URL", TrimSlash(ConsoleUrl)),
            ("MANGAMOTION_CONSOLE_LOGIN_URL", CreateLoginLink().ToString()),
            ("MANGAMOTION_RABBITMQ_URL", Servers.Rabbit.AmqpUri.ToString()),
            ("MANGAMOTION_RABBITMQ_MANAGEMENT_URL", TrimSlash(management)),
            ("MANGAMOTION_POSTGRES", ConnectionString),
        ];
        PrivateFile.Write(EnvironmentFile, string.Concat(variables.Select(x => $"export {x.Name}='{x.Value}'\n")));
    }

    /// <summary>Writes a URI without a trailing slash, so that a path can be appended.</summary>
    private static string TrimSlash(Uri uri) => uri.ToString().TrimEnd('/');
}
