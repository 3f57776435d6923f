using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.Acceptance;

/// <summary>A whole MangaMotion of one test class: servers' parts of its own, a store folder, and the services it starts.</summary>
public sealed class Installation : IAsyncDisposable
{
    public const string Key = "acceptance-key";

    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-acceptance-").FullName;
    private readonly List<ServiceProcess> _services = [];
    private readonly Func<ValueTask> _removeServers;
    private readonly string _postgres;
    private readonly Uri _rabbit;

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

    /// <summary>RabbitMQ's management API, of an installation on the shared servers.</summary>
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

    /// <summary>The ingest service that was started last.</summary>
    public ServiceProcess Ingest { get; private set; } = null!;

    public async Task<ServiceProcess> StartIngestAsync(params (string Name, string Value)[] settings)
    {
        Ingest = await StartAsync("MangaMotion.Ingest", settings);
        Client = MangaMotionClient.Create(Ingest.Address, Key);
        Http = new HttpClient { BaseAddress = Ingest.Address };
        return Ingest;
    }

    public Task KillIngestAsync() => Ingest.KillAsync();

    public Task<ServiceProcess> StartThumbnailAsync(params (string Name, string Value)[] settings) => StartAsync("MangaMotion.Thumbnail", settings);

    /// <summary>A worker that sees a scratch directory of its own, a file system in memory, as nobody else does.</summary>
    public Task<ServiceProcess> StartThumbnailWithScratchOfAsync(long bytes, params (string Name, string Value)[] settings)
    {
        Directory.CreateDirectory(Scratch);
        string[] user = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
        return StartAsync("MangaMotion.Thumbnail", settings, ["unshare", "--mount", .. user, "sh", "-c", $"mount -t tmpfs -o size={bytes} tmpfs '{Scratch}' && exec \"$0\" \"$@\""]);
    }

    /// <summary>Starts a service that is expected to refuse its settings.</summary>
    /// <returns>Its exit code, and all that it has said.</returns>
    public Task<(int ExitCode, string Output)> RefuseThumbnailAsync(params (string Name, string Value)[] settings) =>
        ServiceProcess.RunAsync("MangaMotion.Thumbnail", Settings(settings));

    /// <summary>A queue of an installation on the shared servers.</summary>
    public TestQueue Queue(string name) => new(Broker!, _rabbit.AbsolutePath.TrimStart('/'), name);

    public Task<ServiceProcess> StartRecordsAsync(params (string Name, string Value)[] settings) => StartAsync("MangaMotion.Records", settings);

    public Task<ServiceProcess> StartVideoAsync(params (string Name, string Value)[] settings) => StartAsync("MangaMotion.VideoPipeline", settings);

    /// <summary>Entries of the workers' scratch directories that belong to a job: workspaces, and files in the slots of media hosts.</summary>
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
            // The media host was replaced meanwhile, and its slot with it.
            return [];
        }
    }

    /// <summary>Waits until nothing of the ingest is queued or processing.</summary>
    public async Task<IngestStatus> UntilFinishedAsync(Guid ingest, TimeSpan? deadline = null)
    {
        await Eventually.Until(async () => (await Client.GetIngestStatusAsync(ingest)).Status == "finished", deadline ?? TimeSpan.FromSeconds(90), "the ingest is finished");
        return await Client.GetIngestStatusAsync(ingest);
    }

    /// <summary>The assets of a finished ingest of media, every result of which is as its published schema says.</summary>
    public async Task<IReadOnlyList<AssetStatus>> UntilMediaAsync(Guid ingest)
    {
        var assets = (await UntilFinishedAsync(ingest)).Assets;
        foreach (var asset in assets.Where(asset => asset.Result is not null))
            PublishedSchema.ThumbnailResult.Problems(asset.Result!.Value).ShouldBeEmpty(asset.Name);
        return assets;
    }

    /// <summary>Waits until so many messages are in an error queue; the management API tells it late.</summary>
    public async Task UntilErrorDepthAsync(string queue, long depth)
    {
        long? told = null;
        try
        {
            await Eventually.Until(async () => (told = await ErrorDepthAsync(queue)) == depth, TimeSpan.FromSeconds(150));
        }
        catch (TimeoutException)
        {
            told.ShouldBe(depth, queue);
        }
    }

    private async Task<long?> ErrorDepthAsync(string queue)
    {
        var answer = await Broker!.GetFromJsonAsync<JsonElement>($"api/queues{_rabbit.AbsolutePath}/{queue}");
        return answer.TryGetProperty("messages", out var messages) ? messages.GetInt64() : null;
    }

    /// <summary>Runs the command line tool against the API.</summary>
    /// <returns>Exit code, standard output and standard error.</returns>
    public async Task<(int ExitCode, string Output, string Errors)> RunToolAsync(params string[] arguments)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        var tool = Path.Combine(folder.Parent!.Parent!.FullName, "MangaMotion.Cli", folder.Name, "mangamotion.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [tool, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["MANGAMOTION_URL"] = Http.BaseAddress!.ToString(), ["MANGAMOTION_API_KEY"] = Key },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>A client with another key.</summary>
    public async Task<MangaMotionClient> AddKeyAsync(string key, Guid owner, params string[] scopes)
    {
        await using var command = Database.CreateCommand(
            "insert into api_keys (id, owner_id, name, key_sha256, scopes) values (gen_random_uuid(), $2, $1, sha256($1::text::bytea), $3)");
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = owner });
        command.Parameters.Add(new() { Value = scopes });
        await command.ExecuteNonQueryAsync();
        return MangaMotionClient.Create(Http.BaseAddress!, key);
    }

    /// <summary>A request with the key.</summary>
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

    /// <summary>A failed test shows what its services logged as warning or worse; otherwise a rare failure could not be explained.</summary>
    private void ShowLogsOfAFailure()
    {
        if (TestContext.Current is not { TestState.Result: TestResult.Failed, TestOutputHelper: { } output })
            return;
        foreach (var line in _services.SelectMany(service => service.Log).Where(line => !line.Contains("\"level\":\"info\"", StringComparison.Ordinal)).TakeLast(100))
            output.WriteLine(line);
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
