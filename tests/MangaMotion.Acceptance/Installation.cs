using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.Acceptance;

/// <summary>
/// Installation of MangaMotion for one test class: a database, a virtual host, a store folder, and the services that it starts.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    public const string Key = "acceptance-key";

    private const string AllInOne = "MangaMotion.AllInOne";

    /// <summary>
    /// Whether one process runs all services in every test: then a worker that is started with further settings restarts the process, and
    /// one that is killed takes the API with it.
    /// </summary>
    private static readonly bool InOneProcess = Environment.GetEnvironmentVariable("MANGAMOTION_TEST_ALL_IN_ONE") == "true";

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-acceptance-").FullName;
    private readonly List<ServiceProcess> _services = [];
    private readonly Func<ValueTask> _removeServers;
    private readonly string _postgres;
    private readonly Uri _rabbit;
    private readonly Dictionary<string, string> _settingsOfOne = [];
    private ServiceProcess? _one;

    public Installation(string postgres, Uri rabbit, Func<ValueTask> removeServers)
    {
        (_postgres, _rabbit, _removeServers) = (postgres, rabbit, removeServers);
        Database = NpgsqlDataSource.Create(postgres);
    }

    public NpgsqlDataSource Database { get; }

    public string Store => Path.Combine(_folder, "store");

    public string Scratch => Path.Combine(_folder, "scratch");

    public MangaMotionClient Client { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Client of RabbitMQ's management API, for an installation on the shared servers.</summary>
    private HttpClient? Broker { get; init; }

    public static async Task<Installation> CreateAsync(TestStack stack)
    {
        var database = await stack.CreateDatabaseAsync();
        var virtualHost = await stack.CreateVirtualHostAsync();
        var broker = virtualHost.CreateManagementClient();
        return new(database.ConnectionString, virtualHost.AmqpUri, async () =>
        {
            broker.Dispose();
            await virtualHost.DisposeAsync();
            await database.DisposeAsync();
        })
        {
            Broker = broker,
        };
    }

    /// <summary>Ingest service that was started last.</summary>
    public ServiceProcess Ingest { get; private set; } = null!;

    public async Task<ServiceProcess> StartIngestAsync(params (string Name, string Value)[] settings)
    {
        Ingest = await StartServiceAsync("MangaMotion.Ingest", settings);
        Client = MangaMotionClient.Create(Ingest.Address, Key);
        Http = new HttpClient { BaseAddress = Ingest.Address };
        return Ingest;
    }

    public Task KillIngestAsync() => Ingest.KillAsync();

    public Task<ServiceProcess> StartThumbnailAsync(params (string Name, string Value)[] settings) =>
        StartServiceAsync("MangaMotion.Thumbnail", settings);

    /// <summary>Starts one process that runs all services.</summary>
    public async Task<ServiceProcess> StartAllInOneAsync(params (string Name, string Value)[] settings)
    {
        Ingest = await StartAsync(AllInOne, [("AllInOne__ConsoleUrls", "http://127.0.0.1:0"), .. settings]);
        Client = MangaMotionClient.Create(Ingest.Address, Key);
        Http = new HttpClient { BaseAddress = Ingest.Address };
        return Ingest;
    }

    /// <summary>Starts a worker with a private scratch directory: a file system in memory that other processes do not see.</summary>
    public Task<ServiceProcess> StartThumbnailWithScratchOfAsync(long bytes, params (string Name, string Value)[] settings)
    {
        Directory.CreateDirectory(Scratch);
        string[] user = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
        return StartAsync(
            "MangaMotion.Thumbnail", settings,
            ["unshare", "--mount", .. user, "sh", "-c", $"mount -t tmpfs -o size={bytes} tmpfs '{Scratch}' && exec \"$0\" \"$@\""]);
    }

    /// <summary>Starts a worker that is expected to reject its settings.</summary>
    /// <returns>Exit code and output.</returns>
    public Task<(int ExitCode, string Output)> RunThumbnailAsync(params (string Name, string Value)[] settings) =>
        ServiceProcess.RunAsync("MangaMotion.Thumbnail", Settings(settings));

    /// <summary>Returns a queue of an installation on the shared servers.</summary>
    public TestQueue Queue(string name) => new(Broker!, _rabbit.AbsolutePath.TrimStart('/'), name);

    public Task<ServiceProcess> StartRecordsAsync(params (string Name, string Value)[] settings) =>
        StartServiceAsync("MangaMotion.Records", settings);

    public Task<ServiceProcess> StartVideoAsync(params (string Name, string Value)[] settings) =>
        StartServiceAsync("MangaMotion.VideoPipeline", settings);

    /// <summary>Entries of the scratch directories that belong to jobs: workspaces, and files in the slots of media hosts.</summary>
    public IReadOnlySet<string> Workspaces =>
        Directory.EnumerateDirectories(Path.Combine(_folder, "scratch"))
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .SelectMany(entry => Path.GetFileName(entry).StartsWith("slot-", StringComparison.Ordinal) ? FilesOfSlot(entry) : [entry])
            .ToHashSet();

    private static string[] FilesOfSlot(string slot)
    {
        try
        {
            return Directory.GetFiles(slot, "*", SearchOption.AllDirectories);
        }
        catch (DirectoryNotFoundException)
        {
            // The media host and its slot were replaced meanwhile.
            return [];
        }
    }

    /// <summary>Waits until no job of the ingest is queued or processing.</summary>
    public async Task<IngestStatus> UntilFinishedAsync(Guid ingest, TimeSpan? deadline = null)
    {
        await Eventually.Until(
            async () => (await Client.GetIngestStatusAsync(ingest)).Status == "finished", deadline ?? TimeSpan.FromSeconds(90),
            "the ingest is finished");
        return await Client.GetIngestStatusAsync(ingest);
    }

    /// <summary>Waits for an ingest of media and validates every result with its published schema. Returns the assets.</summary>
    public async Task<IReadOnlyList<AssetStatus>> UntilMediaAsync(Guid ingest)
    {
        var assets = (await UntilFinishedAsync(ingest)).Assets;
        foreach (var asset in assets.Where(asset => asset.Result is not null))
            PublishedSchema.ThumbnailResult.Problems(asset.Result!.Value).ShouldBeEmpty(asset.Name);
        return assets;
    }

    /// <summary>Waits until an error queue has <paramref name="depth"/> messages. The management API reports depths late.</summary>
    public async Task UntilErrorDepthAsync(string queue, long depth)
    {
        long? found = null;
        try
        {
            await Eventually.Until(async () => (found = await ErrorDepthAsync(queue)) == depth, TimeSpan.FromSeconds(150));
        }
        catch (TimeoutException)
        {
            found.ShouldBe(depth, queue);
        }
    }

    private async Task<long?> ErrorDepthAsync(string queue)
    {
        var answer = await Broker!.GetFromJsonAsync<JsonElement>($"api/queues{_rabbit.AbsolutePath}/{queue}");
        return answer.TryGetProperty("messages", out var messages) ? messages.GetInt64() : null;
    }

    /// <summary>Runs the command line tool against the API.</summary>
    /// <returns>Exit code, standard output and standard error.</returns>
    public Task<(int ExitCode, string Output, string Errors)> RunToolAsync(params string[] arguments) => RunToolInAsync(
        new() { ["MANGAMOTION_URL"] = Http.BaseAddress!.ToString(), ["MANGAMOTION_API_KEY"] = Key }, [], arguments);

    /// <summary>Runs the command line tool with the settings of the services.</summary>
    /// <param name="under">Program and arguments that run the tool; empty to run it directly.</param>
    /// <inheritdoc cref="RunToolAsync(string[])"/>
    public Task<(int ExitCode, string Output, string Errors)> RunToolAsync(
        (string Name, string Value)[] settings, string[] under, params string[] arguments) =>
        RunToolInAsync(Settings(settings), under, arguments);

    private static async Task<(int ExitCode, string Output, string Errors)> RunToolInAsync(
        Dictionary<string, string> environment, string[] under, string[] arguments)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        var tool = Path.Combine(folder.Parent!.Parent!.FullName, "MangaMotion.Cli", folder.Name, "mangamotion.dll");
        string[] command = [.. under, "dotnet", tool, .. arguments];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>Creates a key and a client with it.</summary>
    public async Task<MangaMotionClient> AddKeyAsync(string key, Guid owner, params string[] scopes)
    {
        await using var command = Database.CreateCommand(
            "insert into api_keys (id, owner_id, name, key_sha256, scopes) "
                + "values (gen_random_uuid(), $2, $1, sha256($1::text::bytea), $3)");
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = scopes });
        await command.ExecuteNonQueryAsync();
        return MangaMotionClient.Create(Http.BaseAddress!, key);
    }

    /// <summary>Sends a GET request with the key.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Api-Key", Key);
        return await Http.SendAsync(request);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        ShowLogsOfAFailure();
        foreach (var service in _services)
            await service.DisposeAsync();
        await Database.DisposeAsync();
        await _removeServers();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Writes the warnings and errors of the services to the output of a failed test, to explain rare failures.</summary>
    private void ShowLogsOfAFailure()
    {
        if (TestContext.Current is not { TestState.Result: TestResult.Failed, TestOutputHelper: { } output })
            return;
        var warnings = _services.SelectMany(service => service.Log)
            .Where(line => !line.Contains("\"level\":\"info\"", StringComparison.Ordinal));
        foreach (var line in warnings.TakeLast(100))
            output.WriteLine(line);
    }

    private async Task<ServiceProcess> StartServiceAsync(string assembly, (string Name, string Value)[] settings)
    {
        if (!InOneProcess)
            return await StartAsync(assembly, settings);
        var changed = false;
        foreach (var (name, value) in settings)
        {
            changed |= _settingsOfOne.GetValueOrDefault(name) != value;
            _settingsOfOne[name] = value;
        }

        if (_one is { IsRunning: true } && !changed)
            return _one;
        if (_one is { IsRunning: true })
            await _one.TerminateAsync();
        // Clients keep the address of the first process.
        var urls = _one?.Address.ToString() ?? "http://127.0.0.1:0";
        _one = await StartAsync(
            AllInOne,
            [("ASPNETCORE_URLS", urls), ("AllInOne__ConsoleUrls", "http://127.0.0.1:0"),
                .. _settingsOfOne.Select(setting => (setting.Key, setting.Value))]);
        return _one;
    }

    private async Task<ServiceProcess> StartAsync(string assembly, (string Name, string Value)[] settings, params string[] under)
    {
        var service = await ServiceProcess.StartAsync(assembly, Settings(settings), under: under);
        lock (_services)
            _services.Add(service);
        return service;
    }

    private Dictionary<string, string> Settings((string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = _postgres,
            ["ConnectionStrings__RabbitMq"] = _rabbit.ToString(),
            ["Storage__Kind"] = "disk",
            ["Storage__Disk__Root"] = Store,
            ["Media__ScratchDirectory"] = Scratch,
            ["MANGAMOTION_API_KEY"] = Key,
        };
        foreach (var (name, value) in settings)
            environment[name] = value;
        return environment;
    }
}
