using MangaMotion.Jobs;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Jobs;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.Benchmarks.Jobs;

/// <summary>A service as it runs in production, but in this process: one that accepts jobs, or one that runs them.</summary>
internal sealed class JobNode(WebApplication app) : IAsyncDisposable
{
    public NpgsqlDataSource Database { get; } = app.Services.GetRequiredService<NpgsqlDataSource>();

    public JobChanges Changes { get; } = app.Services.GetRequiredService<JobChanges>();

    public static Task<JobNode> StartAcceptorAsync(string postgres, string rabbit, CancellationToken cancellationToken) => StartAsync(
        postgres,
        rabbit,
        builder =>
        {
            builder.AddBus(_ => { });
            builder.Services.AddJobs(NoOp.Type);
        },
        cancellationToken);

    public static Task<JobNode> StartWorkerAsync(
        string postgres, string rabbit, NoOpStarts starts, CancellationToken cancellationToken, int places = 64) => StartAsync(
        postgres,
        rabbit,
        builder =>
        {
            builder.Configuration["Jobs:Concurrency"] = $"{places}";
            builder.AddJobWorker<NoOpConsumer, NoOp>(NoOp.Type, retryDelay: TimeSpan.FromSeconds(1));
            builder.Services.AddSingleton(starts);
        },
        cancellationToken);

    /// <summary>Rows and messages of the jobs in one transaction, as the ingest service does it.</summary>
    public async Task AcceptAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        await using var batch = Database.CreateBatch();
        var messages = await app.Services.GetRequiredService<JobIntake>().AppendAsync(batch, jobs, cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        app.Services.GetRequiredService<IOutbox>().Committed(messages);
    }

    /// <summary>Jobs of an owner that are not done.</summary>
    public async Task<long> CountLeftAsync(Guid owner, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(
            "select count(*) from jobs where owner_id = $1 and status in ('UPLOADED', 'PROCESSING')");
        command.Parameters.Add(new() { Value = owner });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Cancels what is left of an owner's jobs, and waits until its messages are gone too.</summary>
    public async Task DropAsync(Guid owner, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(
            "update jobs set status = 'CANCELED', finished_at = now() where owner_id = $1 and status = 'UPLOADED'");
        command.Parameters.Add(new() { Value = owner });
        await command.ExecuteNonQueryAsync(cancellationToken);
        var queues = Lanes.All.Select(lane => NoOp.Type.QueueName(lane, bulk: true)).ToArray();
        var depths = app.Services.GetRequiredService<IQueueDepths>();
        while ((await depths.GetAsync(queues, cancellationToken)).Values.Sum() > 0 || await CountLeftAsync(owner, cancellationToken) > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
    }

    public async Task<long> CountDoneAsync(CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand("select count(*) from jobs where status = 'DONE'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static async Task<JobNode> StartAsync(
        string postgres, string rabbit, Action<WebApplicationBuilder> add, CancellationToken cancellationToken)
    {
        var app = Build(postgres, rabbit, add);
        await app.StartAsync(cancellationToken);
        await app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(60));
        return new(app);
    }

    /// <summary>Builds a service that is not started, so that nothing runs in its background.</summary>
    public static WebApplication Build(string postgres, string rabbit, Action<WebApplicationBuilder> add)
    {
        (string Key, string Value)[] settings =
        [
            ("urls", "http://127.0.0.1:0"), ("ConnectionStrings:Postgres", postgres),
            ("ConnectionStrings:RabbitMq", rabbit), ("Logging:LogLevel:Default", "Warning"),
            ("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning"),
        ];
        var arguments = settings.Select(setting => $"--{setting.Key}={setting.Value}");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. arguments] });
        builder.AddServiceDefaults("no-op");
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }
}
