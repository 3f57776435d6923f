using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using MassTransit.Logging;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed class EnvelopeTests(TestStack stack)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ids_headers_addresses_and_the_trace_survive(bool byItsOwnProcess)
    {
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is DiagnosticHeaders.DefaultListenerName or OutboxTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var node = await servers.StartNodeAsync(
            rabbit: (_, cfg) => journal.Listen(cfg),
            outbox: o => o.UseBusOutbox(b => { if (!byItsOwnProcess) b.DisableDeliveryService(); }));
        var ids = Enumerable.Range(0, 6).Select(_ => NewId.NextGuid()).ToArray();
        using var caller = new Activity("caller").Start();

        await OutboxTests.InScopeAsync(node, async (session, publish) =>
        {
            await publish.Publish(new EffectWritten { Id = ids[0] }, context =>
            {
                context.MessageId = ids[1];
                context.CorrelationId = ids[2];
                context.ConversationId = ids[3];
                context.InitiatorId = ids[4];
                context.RequestId = ids[5];
                context.ResponseAddress = new Uri("exchange:responses");
                context.FaultAddress = new Uri("exchange:faults");
                context.TimeToLive = TimeSpan.FromMinutes(5);
                context.Headers.Set("text", "日本語");
                context.Headers.Set("number", 42);
                context.Headers.Set("time", DateTimeOffset.UnixEpoch);
                context.SetRoutingKey("a.b");
                context.SetPriority(3);
            });
            await session.CommitAsync(CancellationToken.None);
        });
        if (!byItsOwnProcess)
            await servers.StartNodeAsync();

        await Eventually.Until(() => journal.Received.Count == 1);
        var received = journal.Received.Single();
        received.Message.Id.ShouldBe(ids[0]);
        received.MessageId.ShouldBe(ids[1]);
        received.CorrelationId.ShouldBe(ids[2]);
        received.ConversationId.ShouldBe(ids[3]);
        received.InitiatorId.ShouldBe(ids[4]);
        received.RequestId.ShouldBe(ids[5]);
        received.ResponseAddress.ShouldBe(new Uri("exchange:responses"));
        received.FaultAddress.ShouldBe(new Uri("exchange:faults"));
        received.ExpirationTime.ShouldNotBeNull();
        received.SourceAddress.ShouldNotBeNull();
        received.Headers.Get<string>("text").ShouldBe("日本語");
        received.Headers.Get<int>("number").ShouldBe(42);
        received.ReceiveContext.TransportHeaders.Get<string>("text").ShouldBe("日本語");
        received.RoutingKey().ShouldBe("a.b");
        ((RabbitMqBasicConsumeContext)received.ReceiveContext).Properties.Priority.ShouldBe((byte)3);

        await Eventually.Until(() => activities.Any(IsConsumerOfCaller));
        bool IsConsumerOfCaller(Activity activity) => activity.Kind == ActivityKind.Consumer && activity.TraceId == caller.TraceId;
    }
}
