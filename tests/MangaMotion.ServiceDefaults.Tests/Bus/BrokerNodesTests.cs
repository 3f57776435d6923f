using System.Collections.Concurrent;
using System.Net;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.ServiceDefaults.Tests.Bus;

/// <summary>
/// A service with the addresses of three nodes. They form no cluster: only the client is tested. No node comes back: a quorum queue with
/// its only member on a killed node has no leader for a moment, and then MassTransit 8.5.12 may wait for its consumer until EndpointGuard
/// ends the process.
/// </summary>
public sealed class BrokerNodesTests
{
    /// <summary>Time for a node to start and for MassTransit's pauses between attempts, on a loaded machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_service_continues_on_the_node_that_answers()
    {
        await using var first = await PrivateServers.StartAsync();
        await using var second = await PrivateServers.StartAsync(postgres: false);
        await using var third = await PrivateServers.StartAsync(postgres: false);
        var brokers = new[] { first.Rabbit, second.Rabbit, third.Rabbit };
        var nodes = string.Join(',', brokers.Select(node => $"127.0.0.1:{node.Port}"));
        SampleSink sink = null!;
        await using var service = await TestService.StartAsync(
            builder => builder.AddBus(bus => sink = bus.AddSampleConsumer()),
            settings:
            [
                ("ConnectionStrings:RabbitMq", $"amqp://guest:guest@{nodes}/"),
                ("ConnectionStrings:Postgres", first.Postgres.ConnectionString),
            ]);
        var ports = new ConcurrentDictionary<string, int>();
        sink.Handle = context =>
        {
            if (context.TryGetPayload<ChannelContext>(out var channel))
                ports[context.Message.Text] = channel.ConnectionContext.Connection.Endpoint.Port;
            return Task.CompletedTask;
        };

        foreach (var text in new[] { "all answer", "two answer" })
        {
            await WaitUntilConsumedAsync(service, sink, text);
            await Eventually.Until(() => ports.ContainsKey(text));
            await brokers.Single(node => node.Port == ports[text]).KillAsync();
        }

        await WaitUntilConsumedAsync(service, sink, "the third answers");
        using var ready = await service.Client.GetAsync("/health/ready");
        (await ready.Content.ReadAsStringAsync()).ShouldContain(nodes);
    }

    [Fact]
    public void Nodes_share_account_and_virtual_host()
    {
        BrokerAddress.TryParse("amqp://me:a,b@one:5673,two,three:5675/some%2Fname", out var address, out _).ShouldBeTrue();

        address.ToString().ShouldBe("one:5673,two:5672,three:5675");
        address.VirtualHost.ShouldBe("some/name");
        (address.UserName, address.Password).ShouldBe(("me", "a,b"));
    }

    [Theory]
    [InlineData("amqp://me:tiger@one,,two/")]
    [InlineData("amqp://me:tiger@one:5672,two:port/")]
    [InlineData("amqp://me:tiger@/")]
    [InlineData("http://me:tiger@one/")]
    [InlineData("amqp://me:tiger@one,two/a/b")]
    public void A_wrong_address_is_reported_without_its_password(string uri)
    {
        BrokerAddress.TryParse(uri, out _, out var problem).ShouldBeFalse();

        problem.ShouldNotContain("tiger");
    }

    /// <summary>
    /// Publishes until a message is consumed: what is published to a node before the service has declared its queue there is dropped. In
    /// a cluster the queue exists.
    /// </summary>
    private static async Task WaitUntilConsumedAsync(TestService service, SampleSink sink, string text)
    {
        var bus = service.Services.GetRequiredService<IBus>();
        await Eventually.Until(async () =>
        {
            if (sink.Consumed.Contains(text))
                return true;
            using var ready = await service.Client.GetAsync("/health/ready");
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                if (ready.StatusCode == HttpStatusCode.OK)
                    await bus.Publish(new Sample { Text = text }, timeout.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException || Outage.KindOf(exception) == Outage.Broker)
            {
                // The bus had not noticed yet that its node is away. Services publish through the outbox, which tries again.
            }

            return false;
        }, Deadline);
    }
}
