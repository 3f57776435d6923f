using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed record Numbered
{
    public required int Transaction { get; init; }

    public required int Position { get; init; }
}

public sealed class OutboxTests(TestStack stack)
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_commit_sends_and_a_rollback_sends_nothing()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var node = await servers.StartNodeAsync(rabbit: (_, cfg) => journal.Listen(cfg));
        var (kept, dropped) = (NewId.NextGuid(), NewId.NextGuid());

        await InScopeAsync(node, async (session, publish) =>
        {
            await session.OpenAsync(CancellationToken.None);
            await publish.Publish(new EffectWritten { Id = dropped });
        });
        await InScopeAsync(node, async (session, publish) =>
        {
            var connection = await session.OpenAsync(CancellationToken.None);
            await using var insert = new NpgsqlCommand($"INSERT INTO effects VALUES ('{kept}')", connection);
            await insert.ExecuteNonQueryAsync();
            await publish.Publish(new EffectWritten { Id = kept });
            await session.CommitAsync(CancellationToken.None);
        });

        await Eventually.Until(() => journal.Received.Count == 1);
        journal.Received.Single().Message.Id.ShouldBe(kept);
        (await servers.CountAsync("effects")).ShouldBe(1);
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
    }

    /// <summary>
    /// Tests a COMMIT after a swallowed error. Postgres answers it with ROLLBACK and no error, which would lose the rows and acknowledge
    /// the message.
    /// </summary>
    [Fact]
    public async Task A_commit_after_a_swallowed_error_fails()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var node = await servers.StartNodeAsync();

        await InScopeAsync(node, async (session, _) =>
        {
            var connection = await session.OpenAsync(CancellationToken.None);
            await using var insert = new NpgsqlCommand($"INSERT INTO effects VALUES ('{NewId.NextGuid()}')", connection);
            await insert.ExecuteNonQueryAsync();
            await using var wrong = new NpgsqlCommand("SELECT 1 / 0", connection);
            await Should.ThrowAsync<PostgresException>(() => wrong.ExecuteNonQueryAsync());

            (await Should.ThrowAsync<PostgresException>(() => session.CommitAsync(CancellationToken.None))).SqlState.ShouldBe(
                PostgresErrorCodes.InFailedSqlTransaction);
        });

        (await servers.CountAsync("effects")).ShouldBe(0);
    }

    [Fact]
    public async Task A_session_can_be_used_again_after_its_commit()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var node = await servers.StartNodeAsync();
        await InScopeAsync(node, async (session, publish) =>
        {
            for (var i = 0; i < 3; i++)
            {
                await using var insert = new NpgsqlCommand(
                    $"INSERT INTO effects VALUES ('{NewId.NextGuid()}')", await session.OpenAsync(CancellationToken.None));
                await insert.ExecuteNonQueryAsync();
                await publish.Publish(new EffectWritten { Id = NewId.NextGuid() });
                await session.CommitAsync(CancellationToken.None);
                session.Transaction.ShouldBeNull();
            }
        });
        (await servers.CountAsync("effects")).ShouldBe(3);
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
    }

    [Fact]
    public async Task A_failing_consumer_sends_only_its_fault()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var faults = new Journal<Fault<WriteEffect>>();
        var node = await servers.StartNodeAsync(
            rabbit: (context, cfg) =>
            {
                cfg.ReceiveEndpoint("failing", endpoint =>
                {
                    endpoint.UsePostgresOutbox(context);
                    endpoint.Consumer(() => new FailingConsumer());
                });
                journal.Listen(cfg);
                faults.Listen(cfg, "faults");
            });

        await node.Services.GetRequiredService<IBus>().Publish(new WriteEffect { Id = NewId.NextGuid() });

        await Eventually.Until(() => faults.Received.Count == 1);
        (await servers.CountAsync("outbox")).ShouldBe(0);
        (await servers.CountAsync("inbox")).ShouldBe(0);
        journal.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_of_one_transaction_arrive_in_order_with_two_delivering_instances()
    {
        const int transactions = 40;
        const int length = 60;
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<Numbered>();
        // The limit splits groups, so that continuing a group is tested too.
        var first = await servers.StartNodeAsync(
            rabbit: (_, cfg) => journal.Listen(cfg, configure: endpoint => endpoint.PrefetchCount = 100),
            outbox: o => o.QueryMessageLimit = 50);
        await servers.StartNodeAsync(outbox: o => o.QueryMessageLimit = 50);

        await Parallel.ForAsync(0, transactions, async (transaction, _) => await InScopeAsync(first, async (session, publish) =>
        {
            for (var position = 0; position < length; position++)
                await publish.Publish(new Numbered { Transaction = transaction, Position = position }, CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }));

        await Eventually.Until(() => journal.Received.Count == transactions * length, TimeSpan.FromSeconds(60));
        foreach (var transaction in journal.Received.Select(context => context.Message).GroupBy(message => message.Transaction))
            transaction.Select(message => message.Position).ShouldBe(Enumerable.Range(0, length), $"transaction {transaction.Key}");
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
    }

    [Fact]
    public async Task Two_delivering_instances_share_a_backlog_and_send_every_message_once()
    {
        const int messages = 3000;
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<Numbered>();
        var writer = await servers.StartNodeAsync(
            rabbit: (_, cfg) => journal.Listen(cfg, configure: endpoint => endpoint.PrefetchCount = 100),
            outbox: o => o.UseBusOutbox(b => b.DisableDeliveryService()));
        await Parallel.ForAsync(0, messages / 10, async (i, _) => await InScopeAsync(writer, async (session, publish) =>
        {
            for (var position = 0; position < 10; position++)
                await publish.Publish(new Numbered { Transaction = i, Position = position }, CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }));
        (await servers.CountAsync("outbox")).ShouldBe(messages);

        await Task.WhenAll(
            servers.StartNodeAsync(outbox: o => o.QueryMessageLimit = 100), servers.StartNodeAsync(outbox: o => o.QueryMessageLimit = 100));

        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0, TimeSpan.FromSeconds(60));
        await Eventually.Until(() => journal.Received.Count >= messages, TimeSpan.FromSeconds(60));
        journal.Received.Select(context => context.MessageId).Distinct().Count().ShouldBe(messages);
        journal.Received.Count.ShouldBe(messages);
    }

    [Fact]
    public async Task Rows_of_a_process_without_delivery_wake_a_process_with_delivery()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        await servers.StartNodeAsync(rabbit: (_, cfg) => journal.Listen(cfg), outbox: o => o.QueryDelay = Never);
        var writer = await servers.StartNodeAsync(outbox: o => o.UseBusOutbox(b => b.DisableDeliveryService()));
        for (var i = 1; i <= 3; i++)
        {
            await InScopeAsync(writer, async (session, publish) =>
            {
                await publish.Publish(new EffectWritten { Id = NewId.NextGuid() });
                await session.CommitAsync(CancellationToken.None);
            });
            await Eventually.Until(() => journal.Received.Count == i);
        }
    }

    [Fact]
    public async Task A_message_that_the_broker_rejects_backs_off_alone_and_is_sent_later()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        // MassTransit tries to declare the exchange until it is canceled.
        var node = await servers.StartNodeAsync(
            rabbit: (_, cfg) => journal.Listen(cfg), outbox: o => o.SendTimeout = TimeSpan.FromSeconds(3));
        var outbox = node.Services.GetRequiredService<IOutbox>();
        // An exchange of this name and another type exists, so that declaring it fails.
        var refused = await outbox.PrepareSendAsync(
            new EffectWritten { Id = NewId.NextGuid() }, new Uri("exchange:amq.topic"), null, CancellationToken.None);
        var fine = await outbox.PreparePublishAsync(new EffectWritten { Id = NewId.NextGuid() }, null, CancellationToken.None);
        await using (var connection = await servers.Data.OpenConnectionAsync())
        {
            await using var batch = new NpgsqlBatch(connection);
            outbox.AppendInsert(batch, [refused, fine]);
            await batch.ExecuteNonQueryAsync();
        }

        outbox.Committed([refused, fine]);

        await Eventually.Until(() => journal.Received.Count >= 1, TimeSpan.FromSeconds(60));
        await Eventually.Until(
            async () => await servers.CountAsync("outbox WHERE attempts >= 1 AND last_error <> ''") == 1, TimeSpan.FromSeconds(60));
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 1, TimeSpan.FromSeconds(60));
        await servers.ExecuteAsync("UPDATE outbox SET destination = replace(destination, 'amq.topic', 'elsewhere'), not_before = now()");
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
    }

    internal static async Task InScopeAsync(IHost node, Func<IPostgresSession, IPublishEndpoint, Task> action)
    {
        await using var scope = node.Services.CreateAsyncScope();
        await action(
            scope.ServiceProvider.GetRequiredService<IPostgresSession>(), scope.ServiceProvider.GetRequiredService<IPublishEndpoint>());
    }

    private sealed class FailingConsumer : IConsumer<WriteEffect>
    {
        public async Task Consume(ConsumeContext<WriteEffect> context)
        {
            await context.Publish(new EffectWritten { Id = context.Message.Id });
            throw new InvalidOperationException("fails on purpose");
        }
    }
}
