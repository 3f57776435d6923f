using System.Collections.Concurrent;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Conformance;

/// <summary>Outages of private servers during traffic.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task During_30_seconds_without_the_broker_commits_succeed_and_all_messages_are_delivered_afterwards()
    {
        await using var stack = await PrivateServers.StartAsync();
        await using var servers = await Servers.CreateAsync(stack.Rabbit.AmqpUri, stack.Postgres.ConnectionString);
        var journal = new Journal<EffectWritten>();
        var node = await servers.StartEffectNodeAsync(journal);
        var sent = new ConcurrentBag<Guid>();
        await SendAsync(node, sent, 20);

        await stack.Rabbit.KillAsync();
        using (var away = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            // A few hundred messages a second. At full speed, the messages of 30 s would take longer to consume than the deadline.
            while (!away.IsCancellationRequested)
            {
                await SendAsync(node, sent, 10);
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }

        (await servers.CountAsync("outbox")).ShouldBeGreaterThan(0);
        await stack.Rabbit.StartAsync();

        await AssertAllOnceAsync(servers, sent, journal);
    }

    [Fact]
    public async Task During_20_seconds_without_the_database_no_effect_is_lost_or_repeated_and_the_outage_is_logged_once()
    {
        await using var stack = await PrivateServers.StartAsync(durable: true);
        await using var servers = await Servers.CreateAsync(stack.Rabbit.AmqpUri, stack.Postgres.ConnectionString);
        var journal = new Journal<EffectWritten>();
        var log = new LogLines();
        var node = await servers.StartNodeAsync(
            x => x.AddConsumer<WriteEffectConsumer>(),
            (context, cfg) =>
            {
                Node.UseEffectQueue(context, cfg);
                journal.Listen(cfg);
            },
            services: services => services.AddSingleton<ILoggerProvider>(log));
        var sent = new ConcurrentBag<Guid>();
        await SendAsync(node, sent, 20);
        // The bus sends the commands, so that they are in the queue when the outage begins.
        var endpoint = await node.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{Node.EffectQueue}"));

        await stack.Postgres.KillAsync();
        using (var away = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            while (!away.IsCancellationRequested)
                await Should.ThrowAsync<NpgsqlException>(() => SendAsync(node, [], 1));
        }

        await stack.Postgres.StartAsync();
        // The test's own connections belong to the killed server.
        servers.Data.Clear();
        var last = NewId.NextGuid();
        await endpoint.Send(new WriteEffect { Id = last });
        sent.Add(last);

        await AssertAllOnceAsync(servers, sent, journal);
        log.All.Count(line => line.Contains("unavailable: cannot deliver the outbox", StringComparison.Ordinal)).ShouldBe(1);
        log.All.ShouldContain(line => line.Contains($"127.0.0.1:{stack.Postgres.Port}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_late_failure_of_an_attempt_begun_during_an_outage_starts_no_new_outage()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        using var log = new LogLines();
        var outage = new Outage(log.CreateLogger("test"), nowhere, "count");
        var startedAt = TimeProvider.System.GetTimestamp();

        await outage.WaitAsync(new TimeoutException(), default, startedAt);
        outage.EndOutage();
        await outage.WaitAsync(new TimeoutException(), default, startedAt);
        log.All.Count(line => line.Contains("unavailable: cannot count", StringComparison.Ordinal)).ShouldBe(1);

        await outage.WaitAsync(new TimeoutException(), default, TimeProvider.System.GetTimestamp());
        log.All.Count(line => line.Contains("unavailable: cannot count", StringComparison.Ordinal)).ShouldBe(2);
    }

    private static async Task SendAsync(IHost node, ConcurrentBag<Guid> sent, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await using var scope = node.Services.CreateAsyncScope();
            var endpoint = await scope.ServiceProvider.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(
                new Uri($"exchange:{Node.EffectQueue}"));
            var id = NewId.NextGuid();
            await endpoint.Send(new WriteEffect { Id = id });
            await scope.ServiceProvider.GetRequiredService<IPostgresSession>().CommitAsync(CancellationToken.None);
            sent.Add(id);
        }
    }

    private static async Task AssertAllOnceAsync(Servers servers, ConcurrentBag<Guid> sent, Journal<EffectWritten> journal)
    {
        await Eventually.Until(async () => await servers.CountAsync("effects") >= sent.Count, TimeSpan.FromSeconds(90));
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0, TimeSpan.FromSeconds(90));
        await Eventually.Until(
            () => journal.Received.Select(context => context.Message.Id).Distinct().Count() == sent.Count, TimeSpan.FromSeconds(60));
        (await servers.CountAsync("effects")).ShouldBe(sent.Count);
        (await servers.CountAsync("(SELECT DISTINCT id FROM effects) e")).ShouldBe(sent.Count);
    }
}
