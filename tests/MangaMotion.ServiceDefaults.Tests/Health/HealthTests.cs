using System.Net;
using System.Text.Json;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.ServiceDefaults.Tests.Health;

public sealed class HealthTests(TestStack stack)
{
    [Fact]
    public async Task A_service_that_uses_no_server_is_ready()
    {
        await using var service = await TestService.StartAsync();

        (await ReadAsync(service, "/health/ready")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_service_waits_for_a_broker_that_is_unavailable_at_the_start_and_later()
    {
        await using var servers = await PrivateServers.StartAsync();
        await servers.Rabbit.StopAsync();
        SampleSink sink = null!;
        await using var service = await TestService.StartAsync(
            builder => builder.AddBus(bus => sink = bus.AddSampleConsumer()),
            settings: Settings(servers.Rabbit.AmqpUri, servers.Postgres.ConnectionString));

        (await ReadAsync(service, "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        JsonElement broker = default;
        // The first check may take longer than its time-out of 2 s.
        await Eventually.Until(async () =>
        {
            var (status, checks) = await ReadAsync(service, "/health/ready");
            status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            broker = checks.GetProperty("rabbitmq");
            return checks.GetProperty("postgres").GetProperty("status").GetString() == "healthy"
                && broker.GetProperty("reason").GetString()!.Contains("refused");
        });
        broker.GetProperty("status").GetString().ShouldBe("unhealthy");
        broker.GetProperty("where").GetString().ShouldBe($"{servers.Rabbit.AmqpUri.Host}:{servers.Rabbit.AmqpUri.Port}");
        await Eventually.Until(() => Outages(service).Count > 0);
        Outages(service).ShouldHaveSingleItem().ShouldContain($"{servers.Rabbit.AmqpUri.Host}:{servers.Rabbit.AmqpUri.Port}");

        await servers.Rabbit.StartAsync();
        await Eventually.Until(
            async () => (await ReadAsync(service, "/health/ready")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(90));
        await Eventually.Until(() => service.Logs.All.Any(line => line.Contains("is back after")));

        await servers.Rabbit.StopAsync();
        await Eventually.Until(() => Outages(service).Count > 1, TimeSpan.FromSeconds(90));
        await servers.Rabbit.StartAsync();
        await Eventually.Until(
            async () => (await ReadAsync(service, "/health/ready")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(90));

        await service.Services.GetRequiredService<IBus>().Publish(new Sample { Text = "after both" });
        await Eventually.Until(() => sink.Consumed.Contains("after both"));
    }

    [Fact]
    public async Task A_service_is_live_and_not_ready_while_its_database_is_unavailable_at_the_start()
    {
        await using var servers = await PrivateServers.StartAsync();
        await servers.Postgres.StopAsync();
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Loopback.FindFreePort()}") };
        var starting = TestService.StartAsync(
            builder => builder.AddBus(bus => bus.AddSampleConsumer()),
            settings: [.. Settings(servers.Rabbit.AmqpUri, servers.Postgres.ConnectionString),
                ("Kestrel:Endpoints:Http:Url", http.BaseAddress.ToString())]);

        await Eventually.Until(async () =>
        {
            try
            {
                return (await http.GetAsync("/health/live")).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        using (var ready = await http.GetAsync("/health/ready"))
        {
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var answer = JsonDocument.Parse(await ready.Content.ReadAsStringAsync()).RootElement;
            answer.GetProperty("status").GetString().ShouldBe("unhealthy");
            answer.GetProperty("checks").GetProperty("postgres").GetProperty("where").GetString().ShouldBe(
                $"127.0.0.1:{servers.Postgres.Port}");
        }

        using (var refused = await http.PostAsync("/api/v1/ingest", content: null))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.ShouldNotBeNull();
            refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            (await refused.Content.ReadAsStringAsync()).ShouldContain("dependency_unavailable");
        }

        starting.IsCompleted.ShouldBeFalse();
        await servers.Postgres.StartAsync();
        await using var service = await starting.WaitAsync(TimeSpan.FromSeconds(90));
        service.Client.BaseAddress!.Port.ShouldBe(http.BaseAddress.Port);
        await Eventually.Until(
            async () => (await ReadAsync(service, "/health/ready")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Frozen_servers_make_a_service_unready_within_seconds_and_leave_it_live()
    {
        await using var servers = await PrivateServers.StartAsync();
        await using var service = await TestService.StartAsync(
            builder => builder.AddBus(bus => bus.AddSampleConsumer()),
            settings: Settings(servers.Rabbit.AmqpUri, servers.Postgres.ConnectionString));
        await Eventually.Until(async () => (await ReadAsync(service, "/health/ready")).Status == HttpStatusCode.OK);

        await servers.Rabbit.FreezeAsync();
        await servers.Postgres.FreezeAsync();
        var (status, checks) = await ReadAsync(service, "/health/ready");
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        checks.GetProperty("rabbitmq").GetProperty("reason").GetString().ShouldBe("no answer within 2 s");
        checks.GetProperty("postgres").GetProperty("status").GetString().ShouldBe("unhealthy");
        (await ReadAsync(service, "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<IOException>(() => service.Services.GetRequiredService<IQueueDepths>().GetAsync(["sample"], default));

        servers.Rabbit.Thaw();
        servers.Postgres.Thaw();
        await Eventually.Until(
            async () => (await ReadAsync(service, "/health/ready")).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task The_answer_never_holds_credentials()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using var service = await TestService.StartAsync(
            builder => builder.AddBus(bus => bus.AddSampleConsumer()),
            settings: Settings(new Uri("amqp://me:tigertiger@127.0.0.1:1/v"), $"{database.ConnectionString};Password=tigertiger"));

        var text = await (await service.Client.GetAsync("/health/ready")).Content.ReadAsStringAsync();

        text.ShouldContain("127.0.0.1:1");
        text.ShouldNotContain("tigertiger");
        await Eventually.Until(() => Outages(service).Count > 0);
        string.Join('\n', service.Logs.All).ShouldNotContain("tigertiger");
    }

    private static IReadOnlyList<string> Outages(TestService service) =>
        [.. service.Logs.All.Where(line => line.StartsWith("Warning", StringComparison.Ordinal)
            && line.Contains("RabbitMQ at ") && line.Contains(" unavailable: "))];

    private static (string, string)[] Settings(Uri broker, string postgres) =>
        [("ConnectionStrings:RabbitMq", broker.OriginalString), ("ConnectionStrings:Postgres", postgres)];

    private static async Task<(HttpStatusCode Status, JsonElement Checks)> ReadAsync(TestService service, string path)
    {
        using var response = await service.Client.GetAsync(path);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return (response.StatusCode, answer.GetProperty("checks"));
    }
}
