using System.Diagnostics;
using MangaMotion.ServiceDefaults.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class CollectorTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_have_reached_the_collector_when_the_service_has_stopped()
    {
        await using var collector = await StubCollector.StartAsync();
        string traceId;
        await using (var service = await TestService.StartAsync(
            map: app => app.MapGet("/hello", (ILogger<CollectorTests> logger) =>
            {
                logger.LogWarning("Hello to {Uri}.", "amqp://me:tiger@broker/");
                return Activity.Current!.TraceId.ToHexString();
            }),
            settings: [("Telemetry:OtlpEndpoint", collector.Address), ("Telemetry:OtlpProtocol", "http/protobuf")]))
        {
            traceId = await service.Client.GetStringAsync("/hello");
        }

        collector.Received("/v1/traces", Convert.FromHexString(traceId)).ShouldBeTrue();
        collector.Received("/v1/traces", "sample").ShouldBeTrue();
        collector.Received("/v1/metrics", "http.server.request.duration").ShouldBeTrue();
        collector.Received("/v1/logs", Convert.FromHexString(traceId)).ShouldBeTrue();
        collector.Received("/v1/logs", "Hello to amqp://***@broker/.").ShouldBeTrue();
        collector.Received("/v1/logs", "tiger").ShouldBeFalse();
    }

    [Fact]
    public async Task Spans_exist_for_routes_and_outgoing_requests_but_not_for_probes_or_the_export()
    {
        await using var collector = await StubCollector.StartAsync();
        await using var store = await StubCollector.StartAsync();
        await using (var service = await TestService.StartAsync(
            map: app => app.MapGet("/pages/{number}", async (int number, IHttpClientFactory clients) =>
            {
                using var client = clients.CreateClient();
                using var answer = await client.PostAsync(new Uri($"{store.Address}/v1/object?X-Amz-Signature=deadbeef"), content: null);
                return number;
            }),
            add: builder => builder.Services.AddHttpClient(),
            settings: [("Telemetry:OtlpEndpoint", collector.Address), ("Telemetry:OtlpProtocol", "http/protobuf")]))
        {
            // This test sends its requests from the same process. Without this they would be traced as the service's own.
            using var untraced = SuppressInstrumentationScope.Begin();
            await service.Client.GetStringAsync("/pages/7");
            foreach (var polled in (string[])["/health/live/polled", "/metrics/polled"])
                (await service.Client.GetAsync(polled)).Dispose();
        }

        collector.Received("/v1/traces", "GET /pages/{number}").ShouldBeTrue();
        collector.Received("/v1/traces", $"{store.Address}/v1/object?*").ShouldBeTrue();
        collector.Received("/v1/traces", "deadbeef").ShouldBeFalse();
        collector.Received("/v1/traces", "/polled").ShouldBeFalse();
        collector.Received("/v1/traces", $"{collector.Address}/v1/").ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_collector_a_request_still_has_a_trace_id()
    {
        await using var service = await TestService.StartAsync(
            map: app => app.MapGet("/id", () => Activity.Current?.TraceId.ToHexString()));

        (await service.Client.GetStringAsync("/id")).Length.ShouldBe(32);
    }
}
