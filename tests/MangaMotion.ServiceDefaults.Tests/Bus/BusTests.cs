using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace MangaMotion.ServiceDefaults.Tests.Bus;

public sealed class BusTests(TestStack stack) : IAsyncLifetime
{
    private TestVirtualHost _host = null!;
    private TestDatabase _database = null!;
    private SampleSink _sink = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await stack.CreateVirtualHostAsync();
        _database = await stack.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_error_queue_exists_before_the_first_error()
    {
        await using var service = await StartAsync();

        foreach (var queue in new[] { "sample", "sample_error" })
        {
            var found = await QueueAsync(queue);
            found.GetProperty("durable").GetBoolean().ShouldBeTrue();
            found.GetProperty("arguments").GetProperty("x-queue-type").GetString().ShouldBe("quorum");
        }
    }

    [Fact]
    public async Task A_message_sent_to_the_error_exchange_before_the_first_error_is_not_lost()
    {
        await using var service = await StartAsync();

        await PublishAsync("sample_error", "{}");

        await EventuallyInAsync(service, "sample_error", 1);
    }

    [Fact]
    public async Task MassTransit_accepts_the_error_queue_that_was_declared_first()
    {
        await using var service = await StartAsync();
        _sink.Handle = _ => throw new InvalidOperationException("a bug");

        await PublishAsync("sample", """{"text":"boom"}""", typeof(Sample));

        await EventuallyInAsync(service, "sample_error", 1);
    }

    [Fact]
    public async Task An_error_queue_that_MassTransit_declared_is_accepted()
    {
        await FailInPlainMassTransitAsync();

        await using var service = await StartAsync();

        await EventuallyInAsync(service, "sample_error", 1);
    }

    [Theory]
    [InlineData("this is not JSON")]
    [InlineData("""{"messageType":["urn:message:MangaMotion.ServiceDefaults.Tests.Support:Sample"],"message":{"text":{"not":"text"}}}""")]
    [InlineData("""{"messageType":["urn:message:Some:Stranger"],"message":{}}""")]
    public async Task An_unreadable_or_unknown_message_moves_to_the_error_queue_and_blocks_no_other(string body)
    {
        await using var service = await StartAsync();

        await PublishAsync("sample", body);
        await PublishAsync("sample", """{"text":"after it"}""", typeof(Sample));

        await Eventually.Until(() => _sink.Consumed.Contains("after it"));
        await EventuallyInAsync(service, "sample_error", 1);
        await EventuallyInAsync(service, "sample", 0);
    }

    [Fact]
    public async Task No_usage_is_reported_to_the_maker_of_MassTransit()
    {
        await using var service = await StartAsync();

        service.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled.ShouldBeFalse();
    }

    [Fact]
    public async Task An_endpoint_that_ended_while_the_broker_answers_is_restarted()
    {
        await using var service = await StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new HastyTime()));
        var endpoint = service.Services.GetRequiredService<IBusControl>().CheckHealth().Endpoints.Values
            .Single(endpoint => endpoint.InputAddress.AbsolutePath.EndsWith("/sample", StringComparison.Ordinal));

        await endpoint.ReceiveEndpoint.Stop(default);
        await PublishAsync("sample", """{"text":"still here"}""", typeof(Sample));

        await Eventually.Until(() => _sink.Consumed.Contains("still here"));
        service.Logs.All.ShouldContain(line => line.Contains("Queue sample is not consumed although RabbitMQ"));
    }

    [Fact]
    public async Task MassTransit_logs_a_fault_of_the_broker_at_Debug()
    {
        await using var service = await StartAsync(builder => builder.Configuration["Logging:LogLevel:MassTransit"] = "Debug");
        _sink.Handle = _ => throw new TransportUnavailableException("The node ended.");

        await PublishAsync("sample", """{"text":"in flight"}""", typeof(Sample));

        await Eventually.Until(() => service.Logs.All.Any(
            line => line.StartsWith("Debug MassTransit", StringComparison.Ordinal) && line.Contains("R-FAULT")));
    }

    [Fact]
    public async Task The_depths_of_the_queues_are_a_metric()
    {
        await PublishToNewErrorQueueAsync();
        await using var service = await StartAsync();

        await Eventually.Until(async () => (await service.Client.GetStringAsync("/metrics"))
            .Contains("mangamotion_queue_messages{otel_scope_name=\"MangaMotion.ServiceDefaults\",queue=\"sample_error\"} 1"));
    }

    [Fact]
    public async Task The_depth_of_a_missing_queue_is_absent_and_the_other_depths_are_read()
    {
        await using var service = await StartAsync();
        await PublishAsync("sample_error", "{}");
        await EventuallyInAsync(service, "sample_error", 1);

        var depths = await service.Services.GetRequiredService<IQueueDepths>().GetAsync(
            ["nowhere", "sample_error", "nowhere-either", "sample"], default);

        depths.ShouldBe(new Dictionary<string, long> { ["sample_error"] = 1, ["sample"] = 0 }, ignoreOrder: true);
    }

    /// <summary>
    /// Fails a message with MassTransit's own registration, which declares the error queue late, as an earlier version of the service did.
    /// </summary>
    private async Task FailInPlainMassTransitAsync()
    {
        await using var provider = new ServiceCollection().AddLogging().AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.AddSampleConsumer().Handle = _ => throw new InvalidOperationException("a bug");
            bus.AddConfigureEndpointsCallback((_, endpoint) => ((IRabbitMqReceiveEndpointConfigurator)endpoint).SetQuorumQueue());
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(_host.AmqpUri);
                rabbit.ConfigureEndpoints(context);
            });
        }).BuildServiceProvider(validateScopes: true);
        var bus = provider.GetRequiredService<IBusControl>();
        await bus.StartAsync();
        await bus.Publish(new Sample { Text = "boom" });
        await Eventually.Until(async () => (await QueueNamesAsync()).Contains("sample_error"));
        await bus.StopAsync();
    }

    private async Task<TestService> StartAsync(Action<WebApplicationBuilder>? add = null)
    {
        var service = await TestService.StartAsync(
            builder =>
            {
                builder.AddBus(bus => _sink = bus.AddSampleConsumer());
                add?.Invoke(builder);
            },
            settings: [("ConnectionStrings:RabbitMq", _host.AmqpUri.OriginalString),
                ("ConnectionStrings:Postgres", _database.ConnectionString)]);
        await Eventually.Until(async () => (await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        return service;
    }

    private static Task EventuallyInAsync(TestService service, string queue, int count)
    {
        var depths = service.Services.GetRequiredService<IQueueDepths>();
        return Eventually.Until(async () => (await depths.GetAsync([queue], default))[queue] == count);
    }

    private async Task PublishToNewErrorQueueAsync()
    {
        await using var service = await StartAsync();
        await PublishAsync("sample_error", "{}");
        await EventuallyInAsync(service, "sample_error", 1);
    }

    /// <param name="envelopeOf">Wraps the body into MassTransit's envelope for this type.</param>
    private async Task PublishAsync(string exchange, string body, Type? envelopeOf = null)
    {
        if (envelopeOf is not null)
        {
            var type = $"urn:message:{envelopeOf.Namespace}:{envelopeOf.Name}";
            body = $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["{{type}}"],"message":{{body}}}""";
        }

        var factory = new ConnectionFactory { Uri = _host.AmqpUri };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var properties = new RabbitMQ.Client.BasicProperties
        {
            ContentType = "application/vnd.masstransit+json",
            DeliveryMode = DeliveryModes.Persistent,
        };
        await channel.BasicPublishAsync(exchange, routingKey: "", mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    private async Task<IReadOnlyList<string>> QueueNamesAsync()
    {
        using var client = _host.CreateManagementClient();
        var queues = await client.GetFromJsonAsync<JsonElement[]>($"api/queues/{_host.Name}");
        return [.. queues!.Select(queue => queue.GetProperty("name").GetString()!)];
    }

    private async Task<JsonElement> QueueAsync(string name)
    {
        using var client = _host.CreateManagementClient();
        return await client.GetFromJsonAsync<JsonElement>($"api/queues/{_host.Name}/{name}");
    }
}
