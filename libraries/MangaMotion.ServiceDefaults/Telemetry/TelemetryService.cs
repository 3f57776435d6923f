using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>
/// Builds the providers of traces and metrics; the package that would do it is not to be had (docs/adr/0003). The first
/// hosted service, so that it starts before the bus and, stopping last, sends what the bus did while it stopped.
/// </summary>
internal sealed class TelemetryService(ServiceIdentity identity, PrometheusText prometheus, IOptions<TelemetryOptions> options) : IHostedService, IDisposable
{
    private const int FlushMilliseconds = 5_000;

    /// <summary>Without System.Net.Http: the exporter's own requests would be traced, and sent, and traced.</summary>
    private static readonly string[] Sources = ["MassTransit", "Npgsql", "Microsoft.AspNetCore", "MangaMotion.*"];

    private static readonly string[] Meters = ["MassTransit", "Npgsql", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "MangaMotion.*"];

    /// <summary>From a claim (1 ms) to a whole video (an hour), for what is measured in seconds and says nothing of its own.</summary>
    private static readonly double[] Seconds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var telemetry = options.Value;
        var tracing = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => Describe(resource, identity))
            .AddSource(Sources);
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => Describe(resource, identity))
            .AddMeter(Meters)
            .AddView(View)
            .AddReader(prometheus.Reader);

        if (telemetry.Collector is { } collector)
        {
            tracing.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(telemetry.TraceRatio)))
                .AddOtlpExporter(otlp => SendTo(otlp, collector, telemetry.OtlpProtocol, "v1/traces"));
            metrics.AddOtlpExporter(otlp => SendTo(otlp, collector, telemetry.OtlpProtocol, "v1/metrics"));
        }
        else
        {
            // Nobody looks at the spans, yet the trace ids tie the logs of all services together.
            tracing.SetSampler(new AlwaysOffSampler());
        }

        _tracer = tracing.Build();
        _meter = metrics.Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _tracer?.ForceFlush(FlushMilliseconds);
        _meter?.ForceFlush(FlushMilliseconds);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _tracer?.Dispose();
        _meter?.Dispose();
    }

    public static void Describe(ResourceBuilder resource, ServiceIdentity identity) =>
        resource.AddService(identity.Service, serviceNamespace: "mangamotion", identity.Version, autoGenerateServiceInstanceId: false, identity.WorkerId);

    /// <param name="path">Of the signal; gRPC has none.</param>
    public static void SendTo(OtlpExporterOptions otlp, Uri collector, string protocol, string path)
    {
        otlp.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = otlp.Protocol == OtlpExportProtocol.Grpc ? collector : new Uri($"{collector.AbsoluteUri.TrimEnd('/')}/{path}");
    }

    private MetricStreamConfiguration View(Instrument instrument)
    {
        var limit = options.Value.MaxSeriesPerMetric;
        return instrument is Histogram<double> { Unit: "s", Advice: null }
            ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds, CardinalityLimit = limit }
            : new MetricStreamConfiguration { CardinalityLimit = limit };
    }
}
