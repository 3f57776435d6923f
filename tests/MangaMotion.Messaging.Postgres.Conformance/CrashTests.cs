using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.Messaging.Postgres.Conformance;

/// <summary>Processes killed by SIGKILL at each point between an action and its record.</summary>
public sealed class CrashTests(TestStack stack)
{
    [Theory]
    [InlineData("committed-before-send", 1)]
    [InlineData("confirmed-before-delete", 2)]
    public async Task A_deliverer_killed_at_any_point_loses_no_message_and_repeats_no_effect(string stopPoint, int arrivals)
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var seen = new Journal<WriteEffect>();
        // This node consumes. It leaves the delivery to the victim and the next node.
        await servers.StartNodeAsync(
            x => x.AddConsumer<WriteEffectConsumer>(),
            (context, cfg) =>
            {
                Node.UseEffectQueue(context, cfg);
                seen.Listen(cfg, "seen", endpoint => { endpoint.ConfigureConsumeTopology = false; endpoint.Bind(Node.EffectQueue); });
                journal.Listen(cfg);
            },
            o => o.UseBusOutbox(b => b.DisableDeliveryService()));
        var id = NewId.NextGuid();

        using (var victim = await VictimProcess.StartAsync(stopPoint, servers, id))
        {
            await victim.KillAsync();
            (await servers.CountAsync("outbox WHERE message_types LIKE '%WriteEffect%'")).ShouldBe(1);
        }

        await servers.StartNodeAsync();
        // The claim of the killed process ends after ten seconds. Messages arrive at least once: the process may also have sent the event
        // of the effect when it is killed, and its successor then sends that event again, under the same message id.
        await Eventually.Until(
            async () => await servers.CountAsync("outbox") == 0 && journal.Received.Count >= 1 && seen.Received.Count >= arrivals,
            TimeSpan.FromSeconds(90));

        (await servers.CountAsync("effects")).ShouldBe(1);
        seen.Received.Select(context => context.Message.Id).Distinct().ShouldBe([id]);
        seen.Received.Select(context => context.MessageId).Distinct().Count().ShouldBe(1);
        journal.Received.Select(context => context.Message.Id).Distinct().ShouldBe([id]);
        journal.Received.Select(context => context.MessageId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_consumer_killed_between_commit_and_acknowledgement_has_one_effect_and_loses_no_event()
    {
        await using var servers = await Servers.CreateAsync(stack);
        // The queue must exist before the command is sent to it.
        await servers.StopAsync(await servers.StartEffectNodeAsync(new Journal<EffectWritten>()));
        var sender = await servers.StartNodeAsync(outbox: o => o.UseBusOutbox(b => b.DisableDeliveryService()));
        var id = NewId.NextGuid();
        await SendAsync(sender, id);
        using (var victim = await VictimProcess.StartAsync("consumed-before-ack", servers, id))
        {
            (await servers.CountAsync("effects")).ShouldBe(1);
            await victim.KillAsync();
        }

        var journal = new Journal<EffectWritten>();
        await servers.StartEffectNodeAsync(journal);
        await Eventually.Until(async () => journal.Received.Count == 1 && await servers.CountAsync("outbox") == 0);
        // A second command behind the redelivered one shows that the first was consumed.
        await SendAsync(sender, NewId.NextGuid());
        await Eventually.Until(() => journal.Received.Count == 2);

        (await servers.CountAsync("effects")).ShouldBe(2);
        (await servers.CountAsync($"effects WHERE id = '{id}'")).ShouldBe(1);
        journal.Received[0].Message.Id.ShouldBe(id);
    }

    private static async Task SendAsync(IHost node, Guid id)
    {
        var endpoint = await node.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{Node.EffectQueue}"));
        await endpoint.Send(new WriteEffect { Id = id });
    }
}
