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

    public MangaMotionClient Client { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public static async Task<Installation> CreateAsync(TestStack stack)
    {
        var database = await stack.CreateDatabaseAsync();
        var virtualHost = await stack.CreateVirtualHostAsync();
        return new(database.ConnectionString, virtualHost.AmqpUri, async () =>
        {
            await virtualHost.DisposeAsync();
            await database.DisposeAsync();
        });
    }

    public async Task<ServiceProcess> StartIngestAsync(params (string Name, string Value)[] settings)
    {
        var ingest = await StartAsync("MangaMotion.Ingest", settings);
        Client = MangaMotionClient.Create(ingest.Address, Key);
        Http = new HttpClient { BaseAddress = ingest.Address };
        return ingest;
    }

    public Task<ServiceProcess> StartThumbnailAsync(params (string Name, string Value)[] settings) => StartAsync("MangaMotion.Thumbnail", settings);

    public Task<ServiceProcess> StartRecordsAsync(params (string Name, string Value)[] settings) => StartAsync("MangaMotion.Records", settings);

    /// <summary>Waits until nothing of the ingest is queued or processing.</summary>
    public async Task<IngestStatus> UntilFinishedAsync(Guid ingest, TimeSpan? deadline = null)
    {
        await Eventually.Until(async () => (await Client.GetIngestStatusAsync(ingest)).Status == "finished", deadline ?? TimeSpan.FromSeconds(90), "the ingest is finished");
        return await Client.GetIngestStatusAsync(ingest);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            await service.DisposeAsync();
        await Database.DisposeAsync();
        await _removeServers();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<ServiceProcess> StartAsync(string assembly, (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = _postgres,
            ["ConnectionStrings__RabbitMq"] = _rabbit.ToString(),
            ["Storage__Kind"] = "disk",
            ["Storage__Disk__Root"] = Store,
            ["Media__ScratchDirectory"] = Path.Combine(_folder, "scratch"),
            ["MANGAMOTION_API_KEY"] = Key,
        };
        foreach (var (name, value) in settings)
            environment[name] = value;
        var service = await ServiceProcess.StartAsync(assembly, environment);
        _services.Add(service);
        return service;
    }
}
