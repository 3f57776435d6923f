using MangaMotion.Jobs;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Tests.Bus;

public sealed class RedeliveryTests(TestStack stack) : IAsyncLifetime
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
    public async Task A_failed_message_is_delivered_again_after_a_wait_on_a_quorum_queue()
    {
        await using var service = await StartAsync();
        _sink.Handle = context => context.GetRedeliveryCount() == 0 ? throw new TimeoutException("not yet") : Task.CompletedTask;

        await PublishAsync(service, "again");

        await Eventually.Until(() => _sink.Consumed.Count == 2);
        (await DepthAsync(service, "sample_error")).ShouldBe(0);
    }

    [Fact]
    public async Task After_the_last_redelivery_the_message_is_in_the_error_queue()
    {
        await using var service = await StartAsync();
        _sink.Handle = _ => throw new TimeoutException("never");

        await PublishAsync(service, "hopeless");

        await Eventually.Until(async () => await DepthAsync(service, "sample_error") == 1);
        _sink.Consumed.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_permanent_failure_is_not_retried()
    {
        await using var service = await StartAsync();
        _sink.Handle = _ => throw new PermanentJobException("bad", "It can never work.");

        await PublishAsync(service, "bad");

        await Eventually.Until(async () => await DepthAsync(service, "sample_error") == 1);
        _sink.Consumed.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_is_requeued_when_the_service_stops_during_a_database_outage()
    {
        await using (var service = await StartAsync(("Bus:StopTimeout", "00:00:02")))
        {
            _sink.Handle = _ => throw new NpgsqlException("unavailable", new TimeoutException());
            await PublishAsync(service, "patient");
            await Eventually.Until(() => !_sink.Consumed.IsEmpty);

            await service.StopAsync();
        }

        await using var next = await StartAsync();
        await Eventually.Until(() => _sink.Consumed.Contains("patient"));
        (await DepthAsync(next, "sample_error")).ShouldBe(0);
    }

    [Fact]
    public async Task Consumers_of_two_parts_of_a_service_share_one_bus()
    {
        var second = new SampleSink();
        await using var service = await StartAsync(add: builder => builder.AddBus(bus =>
        {
            bus.AddKeyedSingleton("second", second);
            bus.AddConsumer<SecondConsumer>();
        }));

        await PublishAsync(service, "to both");

        await Eventually.Until(() => _sink.Consumed.Contains("to both") && second.Consumed.Contains("to both"));
    }

    private async Task<TestService> StartAsync(
        (string, string)? setting = null, Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>? add = null)
    {
        var settings = new List<(string, string)>
        {
            ("ConnectionStrings:RabbitMq", _host.AmqpUri.OriginalString),
            ("ConnectionStrings:Postgres", _database.ConnectionString),
            ("Retry:MaxAttempts", "3"),
            ("Retry:Delay", "00:00:00.2"),
        };
        if (setting is { } more)
            settings.Add(more);
        var service = await TestService.StartAsync(
            builder =>
            {
                builder.AddBus(bus => _sink = bus.AddSampleConsumer());
                add?.Invoke(builder);
            },
            settings: [.. settings]);
        await Eventually.Until(async () => (await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        return service;
    }

    private static async Task PublishAsync(TestService service, string text)
    {
        await using var scope = service.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(new Sample { Text = text });
        await scope.ServiceProvider.GetRequiredService<IPostgresSession>().CommitAsync(default);
    }

    private static async Task<long> DepthAsync(TestService service, string queue) =>
        (await service.Services.GetRequiredService<IQueueDepths>().GetAsync([queue], default))[queue];

    private sealed class SecondConsumer([FromKeyedServices("second")] SampleSink sink) : IConsumer<Sample>
    {
        public Task Consume(ConsumeContext<Sample> context)
        {
            sink.Consumed.Enqueue(context.Message.Text);
            return Task.CompletedTask;
        }
    }
}
