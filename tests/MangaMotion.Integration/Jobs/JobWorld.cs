using MangaMotion.Jobs;
using MangaMotion.Jobs.Cancels;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Running;
using MangaMotion.LocalStack;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Integration.Jobs;

/// <summary>Database and virtual host of one test class, and the workers that a test starts.</summary>
public sealed class JobWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly TestVirtualHost _virtualHost;
    private readonly List<WebApplication> _services = [];

    private JobWorld(TestDatabase database, TestVirtualHost virtualHost)
    {
        _database = database;
        _virtualHost = virtualHost;
        Database = NpgsqlDataSource.Create(database.ConnectionString);
        Broker = virtualHost.CreateManagementClient();
    }

    public NpgsqlDataSource Database { get; }

    public string ConnectionString => _database.ConnectionString;

    public HttpClient Broker { get; }

    public string VirtualHost => _virtualHost.Name;

    public Uri AmqpUri => _virtualHost.AmqpUri;

    public ProbeScript Script { get; } = new();

    /// <summary>Log lines of all services.</summary>
    public LogLines Logs { get; } = new();

    /// <summary>Service provider of the first service.</summary>
    public IServiceProvider Services => _services[0].Services;

    public static async Task<JobWorld> CreateAsync(TestStack stack) =>
        new(await stack.CreateDatabaseAsync(), await stack.CreateVirtualHostAsync());

    /// <summary>Creates a world on private servers.</summary>
    public static async Task<JobWorld> CreateAsync(ServerStack servers) =>
        new(await TestDatabase.CreateAsync(servers.Postgres), await TestVirtualHost.CreateAsync(servers.Rabbit));

    /// <summary>Starts a service that runs probes.</summary>
    public Task<WebApplication> StartWorkerAsync(params (string Key, string Value)[] settings) => StartAsync(
        builder => builder.AddJobWorker<ProbeConsumer, Probe>(Probe.Type, retryDelay: TimeSpan.FromMilliseconds(100)), settings);

    /// <summary>Starts a service that accepts probes and runs none, as the ingest service does.</summary>
    /// <param name="claims">True to add the parts of a worker that a test calls itself.</param>
    /// <param name="releases">True to run batches of replays.</param>
    public Task<WebApplication> StartAcceptorAsync(bool claims = false, bool releases = false) => StartAsync(builder =>
    {
        builder.AddBus(_ => { });
        builder.Services.AddJobs(Probe.Type);
        if (releases)
            builder.Services.AddReplayBatches();
        if (!claims)
            return;
        builder.Services.AddSingleton(new WorkerIdentity("probe", "test", $"probe-{Guid.NewGuid():N}"));
        builder.Services.AddSingleton<JobClaims>();
        builder.Services.AddSingleton<JobEndings>();
    });

    /// <summary>Starts a service with the registrations of <paramref name="add"/>.</summary>
    public async Task<WebApplication> StartAsync(Action<WebApplicationBuilder> add, params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] all =
        [
            ("urls", "http://127.0.0.1:0"), ("ConnectionStrings:Postgres", _database.ConnectionString),
            ("ConnectionStrings:RabbitMq", _virtualHost.AmqpUri.ToString()), ("Jobs:Concurrency", "4"), .. settings,
        ];
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = [.. all.Select(setting => $"--{setting.Key}={setting.Value}")] });
        builder.AddServiceDefaults("probe");
        builder.Logging.ClearProviders().AddProvider(Logs);
        builder.Services.AddSingleton(Script);
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync();
        // MassTransit does not stop a bus that is still starting.
        await app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(60));
        _services.Add(app);
        return app;
    }

    public async Task StopAsync(WebApplication worker)
    {
        await worker.StopAsync();
        await worker.DisposeAsync();
        _services.Remove(worker);
    }

    /// <summary>Accepts probes in one transaction.</summary>
    public Task<Guid[]> AcceptAsync(int count, Lane lane = Lane.Normal, DateTimeOffset? notBefore = null, Guid? owner = null) =>
        AcceptAsync(Enumerable.Range(0, count).Select(_ => NewProbe(lane, notBefore, owner)).ToArray());

    /// <summary>Accepts jobs in one transaction.</summary>
    public async Task<Guid[]> AcceptAsync(NewJob[] jobs)
    {
        var outbox = Services.GetRequiredService<IOutbox>();
        await using var batch = Database.CreateBatch();
        var messages = await Services.GetRequiredService<JobIntake>().AppendAsync(batch, jobs, default);
        await batch.ExecuteNonQueryAsync();
        outbox.Committed(messages);
        return Array.ConvertAll(jobs, job => job.Id);
    }

    public async Task<Guid> AcceptAsync(Lane lane = Lane.Normal, DateTimeOffset? notBefore = null) =>
        (await AcceptAsync(1, lane, notBefore))[0];

    public Task<JobChange> CancelAsync(Guid job) => Services.GetRequiredService<JobCancels>().CancelAsync(job, default);

    public Task<JobChange> ReplayAsync(Guid job) => Services.GetRequiredService<JobReplays>().ReplayAsync(job, default);

    public async Task<JobRow> FindAsync(Guid job)
    {
        await using var command = Database.CreateCommand(
            "select status, attempts, crashes, last_error, result::text, (select array_agg(outcome order by started_at) from job_attempts "
                + "where job_id = id) from jobs where id = $1");
        command.Parameters.Add(new() { Value = job });
        await using var row = await command.ExecuteReaderAsync();
        (await row.ReadAsync()).ShouldBeTrue();
        return new(
            row.GetString(0), row.GetInt32(1), row.GetInt32(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : row.GetString(4),
            row.IsDBNull(5) ? [] : row.GetFieldValue<string?[]>(5));
    }

    public async Task<JobRow> UntilAsync(Guid job, string status)
    {
        await Eventually.Until(async () => (await FindAsync(job)).Status == status, what: $"job is {status}");
        return await FindAsync(job);
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
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
        foreach (var worker in _services.ToArray())
            await StopAsync(worker);
        Broker.Dispose();
        Logs.Dispose();
        await Database.DisposeAsync();
        await _virtualHost.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static NewJob NewProbe(Lane lane, DateTimeOffset? notBefore, Guid? owner)
    {
        var id = Guid.CreateVersion7();
        var command = new Probe { JobId = id, Note = "hello" };
        return new() { Id = id, OwnerId = owner, Type = Probe.Type, Command = command, Lane = lane, NotBefore = notBefore };
    }
}

public sealed record JobRow(string Status, int Attempts, int Crashes, string? LastError, string? Result, string?[] Outcomes);
