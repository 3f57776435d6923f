using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class OneTraceTests(TestStack stack)
{
    private static readonly ActivitySource Tools = new("MangaMotion.OneTraceTests.Tools");

    [Fact]
    public async Task One_trace_goes_from_the_request_through_outbox_broker_and_worker_to_the_tool()
    {
        await using var host = await stack.CreateVirtualHostAsync();
        await using var database = await stack.CreateDatabaseAsync();
        await using var collector = await StubCollector.StartAsync();
        var stopped = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener { ShouldListenTo = _ => true, ActivityStopped = stopped.Add };
        ActivitySource.AddActivityListener(listener);
        SampleSink sink = null!;
        await using var service = await TestService.StartAsync(
            builder => builder.AddBus(bus => sink = bus.AddSampleConsumer()),
            app => app.MapPost("/samples", async (IPublishEndpoint publish, IPostgresSession session) =>
            {
                await publish.Publish(new Sample { Text = "hello" });
                await session.CommitAsync(default);
                return Activity.Current!.TraceId.ToHexString();
            }),
            ("ConnectionStrings:RabbitMq", host.AmqpUri.OriginalString),
            ("ConnectionStrings:Postgres", database.ConnectionString),
            ("Telemetry:OtlpEndpoint", collector.Address),
            ("Telemetry:OtlpProtocol", "http/protobuf"));
        sink.Handle = _ =>
        {
            using var tool = Tools.StartActivity("convert");
            return Task.CompletedTask;
        };

        using var response = await service.Client.PostAsync("/samples", content: null);
        var traceId = await response.Content.ReadAsStringAsync();
        Activity[] Trace() => [.. stopped.Where(activity => activity.TraceId.ToHexString() == traceId)];
        await Eventually.Until(() => Trace().Any(activity => activity.OperationName == "convert")
            && Trace().Any(activity => activity.Source.Name == "Microsoft.AspNetCore"));
        await service.DisposeAsync();

        // Follows the parents from the tool to the request.
        var spans = Trace().ToDictionary(activity => activity.SpanId);
        var path = new List<string>();
        var last = spans.Values.Single(activity => activity.OperationName == "convert");
        for (var at = last; at is not null; at = spans.GetValueOrDefault(at.ParentSpanId))
            path.Add(at.Source.Name);
        path[0].ShouldBe(Tools.Name);
        path.IndexOf("MassTransit").ShouldBeGreaterThan(0);
        path.IndexOf("Microsoft.AspNetCore").ShouldBeGreaterThan(path.LastIndexOf("MassTransit"));
        collector.Received("/v1/traces", Convert.FromHexString(traceId)).ShouldBeTrue();
        collector.Received("/v1/traces", Tools.Name).ShouldBeTrue();
    }
}
