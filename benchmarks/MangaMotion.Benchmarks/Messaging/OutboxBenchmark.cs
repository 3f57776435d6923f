using System.Diagnostics;
using MangaMotion.LocalStack;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace MangaMotion.Benchmarks.Messaging;

/// <summary>Throughput of the outbox against plain MassTransit publishing, 16 publishers each, until all messages are confirmed.</summary>
internal sealed class OutboxBenchmark : IBenchmark
{
    private const int Publishers = 16;
    private const int Messages = 16_000;

    public string Name => "outbox";

    public string Description => "Messages/s: plain publishing, outbox delivery, and commit to delivery, with 16 publishers.";

    public async Task<BenchmarkReport> RunAsync(ServerStack servers, int rounds, CancellationToken cancellationToken)
    {
        using var host = await MessagingNode.StartAsync(servers, null, cancellationToken);
        var kinds = new (string Name, Func<Task<double>> Round, List<double> Rates)[]
        {
            ("plain publish", () => PlainAsync(host, cancellationToken), []),
            ("outbox delivery of a backlog", () => BacklogAsync(host, cancellationToken), []),
            ("outbox, one commit per message", () => CommitsAsync(host, cancellationToken), []),
        };
        // The first round warms up.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var kind in kinds)
            {
                var rate = await kind.Round();
                if (round > 0)
                    kind.Rates.Add(rate);
                using var client = servers.Rabbit.CreateManagementClient();
                using var purged = await client.DeleteAsync(
                    new Uri("api/queues/%2F/tick-pile/contents", UriKind.Relative), cancellationToken);
                purged.EnsureSuccessStatusCode();
            }
        }

        await host.StopAsync(cancellationToken);
        var report = new BenchmarkReport(Name);
        var measured = kinds.Select(kind => report.Add(kind.Name, "messages/s", kind.Rates)).ToList();
        foreach (var outbox in measured.Skip(1))
        {
            var ratio = outbox.Median / measured[0].Median;
            report.Ratios.Add(new Ratio($"{outbox.Name} / plain", ratio, ">= 0.6", ratio >= 0.6));
        }

        return report;
    }

    private static Task<double> PlainAsync(IHost host, CancellationToken cancellationToken)
    {
        var bus = host.Services.GetRequiredService<IBus>();
        return RateAsync(() => EachPublisherAsync(() => bus.Publish(Tick.Create(), cancellationToken)));
    }

    private static Task<double> CommitsAsync(IHost host, CancellationToken cancellationToken) => RateAsync(async () =>
    {
        await EachPublisherAsync(async () =>
        {
            await using var scope = host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(Tick.Create(), cancellationToken);
            await scope.ServiceProvider.GetRequiredService<IPostgresSession>().CommitAsync(cancellationToken);
        });
        await EmptyAsync(host, cancellationToken);
    });

    /// <summary>Rows are stored ahead with a common due time; the time runs from then.</summary>
    private static async Task<double> BacklogAsync(IHost host, CancellationToken cancellationToken)
    {
        var dataSource = host.Services.GetRequiredService<NpgsqlDataSource>();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var session = scope.ServiceProvider.GetRequiredService<IPostgresSession>();
            var connection = await session.OpenAsync(cancellationToken);
            await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(Tick.Create(), cancellationToken);
            await scope.ServiceProvider.GetRequiredService<IMessageScheduler>()
                .SchedulePublish(DateTime.UtcNow.AddHours(1), Tick.Create(), cancellationToken);
            await session.CommitAsync(cancellationToken);
            await using var copy = new NpgsqlCommand(
                $"""
                INSERT INTO outbox (not_before, announced, message_id, destination, message_types, content_type, body, envelope)
                SELECT now() + interval '3 s', true, gen_random_uuid(), destination, message_types, content_type, body, envelope
                FROM outbox, generate_series(1, {Messages}) WHERE token IS NOT NULL
                """, connection);
            await copy.ExecuteNonQueryAsync(cancellationToken);
            await using var clean = new NpgsqlCommand("DELETE FROM outbox WHERE token IS NOT NULL", connection);
            await clean.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var due = dataSource.CreateCommand(
            "SELECT extract(epoch FROM min(not_before) - clock_timestamp())::float8 FROM outbox");
        await Task.Delay(TimeSpan.FromSeconds((double)(await due.ExecuteScalarAsync(cancellationToken))!), cancellationToken);
        return await RateAsync(() => EmptyAsync(host, cancellationToken));
    }

    private static async Task<double> RateAsync(Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static Task EachPublisherAsync(Func<Task> publish) =>
        Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Task.Run(async () =>
    {
        for (var i = 0; i < Messages / Publishers; i++)
            await publish();
    })));

    private static async Task EmptyAsync(IHost host, CancellationToken cancellationToken)
    {
        await using var any = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT EXISTS (SELECT 1 FROM outbox)");
        while ((bool)(await any.ExecuteScalarAsync(cancellationToken))!)
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
    }
}
