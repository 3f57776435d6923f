using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed class SchedulingTests(TestStack stack)
{
    [Fact]
    public async Task A_scheduled_message_is_sent_when_due_and_a_canceled_one_is_not_sent()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var node = await servers.StartNodeAsync(rabbit: (_, cfg) => journal.Listen(cfg));
        var (kept, cancelled, far) = (NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid());
        // Late enough that everything is canceled before, even on a loaded machine.
        var due = DateTime.UtcNow.AddSeconds(6);

        await using (var scope = node.Services.CreateAsyncScope())
        {
            var scheduler = scope.ServiceProvider.GetRequiredService<IMessageScheduler>();
            var session = scope.ServiceProvider.GetRequiredService<IPostgresSession>();
            await scheduler.SchedulePublish(due, new EffectWritten { Id = kept });
            var stored = await scheduler.SchedulePublish(due, new EffectWritten { Id = cancelled });
            await scheduler.SchedulePublish(DateTime.UtcNow.AddHours(1), new EffectWritten { Id = far });
            await session.CommitAsync(CancellationToken.None);
            (await servers.CountAsync("outbox WHERE token IS NOT NULL")).ShouldBe(3);

            await scheduler.CancelScheduledPublish<EffectWritten>(stored.TokenId);
            var collected = await scheduler.SchedulePublish(due, new EffectWritten { Id = NewId.NextGuid() });
            await scheduler.CancelScheduledPublish<EffectWritten>(collected.TokenId);
            await session.CommitAsync(CancellationToken.None);
        }

        await Eventually.Until(() => journal.Received.Count == 1);
        journal.Received.Single().Message.Id.ShouldBe(kept);
        journal.Received.Single().SentTime.ShouldNotBeNull();
        DateTime.UtcNow.ShouldBeGreaterThanOrEqualTo(due.AddMilliseconds(-200));
        // A row is deleted after its message has arrived.
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 1);
    }

    [Fact]
    public async Task A_consumer_schedules_and_cancels_in_its_own_transaction()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var attempts = 0;
        var node = await servers.StartNodeAsync(rabbit: (context, cfg) =>
        {
            journal.Listen(cfg);
            cfg.ReceiveEndpoint("schedules", endpoint =>
            {
                endpoint.UseMessageRetry(retry => retry.Immediate(1));
                endpoint.UsePostgresOutbox(context);
                endpoint.Consumer(() => new SchedulingConsumer(() => Interlocked.Increment(ref attempts)));
            });
        });

        await node.Services.GetRequiredService<IBus>().Publish(new WriteEffect { Id = NewId.NextGuid() });

        await Eventually.Until(() => journal.Received.Count >= 1);
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
        attempts.ShouldBe(2);
        // The first attempt failed after it had scheduled a message. Without its rollback, two messages would arrive.
        journal.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_scheduled_redelivery_arrives_with_its_count_and_has_one_effect()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var counts = new List<int>();
        var node = await servers.StartNodeAsync(rabbit: (context, cfg) => cfg.ReceiveEndpoint("redelivers", endpoint =>
        {
            endpoint.UseScheduledRedelivery(retry => retry.Intervals(100, 200, 300));
            endpoint.UsePostgresOutbox(context);
            endpoint.Consumer(() => new RedeliveredConsumer(counts));
        }));

        await node.Services.GetRequiredService<IBus>().Publish(new WriteEffect { Id = NewId.NextGuid() });

        await Eventually.Until(() => counts.Count == 3);
        await Eventually.Until(async () => await servers.CountAsync("inbox") == 1 && await servers.CountAsync("outbox") == 0);
        counts.ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task A_forwarded_message_keeps_body_id_and_headers_and_can_carry_a_redelivery_count()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var again = new Journal<WriteEffect>();
        IOutbox? outbox = null;
        var node = await servers.StartNodeAsync(rabbit: (_, cfg) =>
        {
            again.Listen(cfg, "again", endpoint => endpoint.ConfigureConsumeTopology = false);
            cfg.ReceiveEndpoint("forwards", endpoint => endpoint.Handler<WriteEffect>(async context =>
            {
                var forwarded = outbox!.PrepareForward(context, new Uri("exchange:again"), new OutboxMessageOptions
                {
                    Delay = TimeSpan.FromMilliseconds(500),
                    Headers = new Dictionary<string, object> { [MessageHeaders.RedeliveryCount] = 2, ["why"] = "storage was away" },
                });
                await using var connection = await servers.Data.OpenConnectionAsync();
                await using var batch = new NpgsqlBatch(connection);
                outbox.AppendInsert(batch, [forwarded]);
                await batch.ExecuteNonQueryAsync();
                outbox.Committed([forwarded]);
            }));
        });
        outbox = node.Services.GetRequiredService<IOutbox>();
        var (id, messageId, correlationId) = (NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid());

        await node.Services.GetRequiredService<IBus>().Publish(new WriteEffect { Id = id }, context =>
        {
            context.MessageId = messageId;
            context.CorrelationId = correlationId;
            context.Headers.Set("tenant", "blue");
        });

        await Eventually.Until(() => again.Received.Count == 1);
        var received = again.Received.Single();
        received.Message.Id.ShouldBe(id);
        received.MessageId.ShouldBe(messageId);
        received.CorrelationId.ShouldBe(correlationId);
        received.Headers.Get<string>("tenant").ShouldBe("blue");
        received.GetRedeliveryCount().ShouldBe(2);
        received.ReceiveContext.TransportHeaders.Get<string>("why").ShouldBe("storage was away");
    }

    private sealed class SchedulingConsumer(Func<int> attempt) : IConsumer<WriteEffect>
    {
        public async Task Consume(ConsumeContext<WriteEffect> context)
        {
            await context.SchedulePublish(TimeSpan.FromMilliseconds(300), new EffectWritten { Id = context.Message.Id });
            var cancelled = await context.SchedulePublish(TimeSpan.FromMilliseconds(300), new EffectWritten { Id = NewId.NextGuid() });
            await context.CancelScheduledSend(cancelled);
            if (attempt() == 1)
                throw new InvalidOperationException("fails on purpose");
        }
    }

    private sealed class RedeliveredConsumer(List<int> counts) : IConsumer<WriteEffect>
    {
        public Task Consume(ConsumeContext<WriteEffect> context)
        {
            lock (counts)
                counts.Add(context.GetRedeliveryCount());
            return context.GetRedeliveryCount() < 2 ? throw new InvalidOperationException("fails on purpose") : Task.CompletedTask;
        }
    }
}
