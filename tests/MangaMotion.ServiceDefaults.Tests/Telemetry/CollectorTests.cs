using System.Diagnostics;
using MangaMotion.ServiceDefaults.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class CollectorTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_are_with_the_collector_when_the_service_has_stopped()
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
            await service.StopAsync();
        }

        collector.Received("/v1/traces", Convert.FromHexString(traceId)).ShouldBeTrue();
        collector.Received("/v1/traces", "sample").ShouldBeTrue();
        collector.Received("/v1/metrics", "http.server.request.duration").ShouldBeTrue();
        collector.Received("/v1/logs", Convert.FromHexString(traceId)).ShouldBeTrue();
        collector.Received("/v1/logs", "Hello to amqp://***@broker/.").ShouldBeTrue();
        collector.Received("/v1/logs", "tiger").ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_collector_a_request_still_has_a_trace_id()
    {
        await using var service = await TestService.StartAsync(map: app => app.MapGet("/id", () => Activity.Current?.TraceId.ToHexString()));

        (await service.Client.GetStringAsync("/id")).Length.ShouldBe(32);
    }
}
