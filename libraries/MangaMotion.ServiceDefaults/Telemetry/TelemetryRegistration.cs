using System.Diagnostics.Metrics;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Logs, traces and metrics of a service.</summary>
internal static class TelemetryRegistration
{
    /// <summary>Activity sources beside ASP.NET Core's, which has a package: alone it names no route and no status.</summary>
    private static readonly string[] Sources = ["MassTransit", "Npgsql", "System.Net.Http", "MangaMotion.*"];

    private static readonly string[] Meters = ["MassTransit", "Npgsql", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "MangaMotion.*"];

    /// <summary>Paths polled by probes and scrapers; their requests are not traced.</summary>
    private static readonly PathString[] PolledPaths = ["/health", "/metrics"];

    /// <summary>Bucket bounds of histograms in seconds that advise none: from a claim (1 ms) to a whole video (1 h).</summary>
    private static readonly double[] SecondsBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

    /// <summary>Libraries that log too much at Information, or that repeat a line of this code base.</summary>
    private static readonly (string Category, LogLevel Level)[] QuietCategories =
    [
        ("Microsoft.AspNetCore", LogLevel.Warning),
        ("Microsoft.Hosting.Lifetime", LogLevel.Information),
        ("System.Net.Http", LogLevel.Warning),
        ("Npgsql", LogLevel.Warning),

        // Their subject is in the answer of /health/ready, and in BrokerWatch's line.
        ("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None),
        ("MassTransit", LogLevel.Error),
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        builder.Services.AddValidatedOptions<TelemetryOptions>(TelemetryOptions.Section);
        builder.Services.AddSingleton<Redaction>();

        // Read as text, not bound: SettingsCheck reports a value that cannot be bound.
        var section = builder.Configuration.GetSection(TelemetryOptions.Section);
        var settings = new TelemetryOptions
        {
            OtlpEndpoint = section[nameof(TelemetryOptions.OtlpEndpoint)],
            OtlpProtocol = section[nameof(TelemetryOptions.OtlpProtocol)] ?? "grpc",
            LogFormat = section[nameof(TelemetryOptions.LogFormat)] ?? "auto",
        };
        builder.AddLogs(settings);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, identity))
            .WithTracing(AddTracing)
            .WithMetrics(AddMetrics)
            .AddCollector(settings);
    }

    public static void MapMetrics(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint().ExcludeFromDescription().DisableHttpMetrics();

    private static void Describe(ResourceBuilder resource, ServiceIdentity identity) =>
        resource.AddService(identity.Service, serviceNamespace: "mangamotion", identity.Version, autoGenerateServiceInstanceId: false, identity.WorkerId);

    private static void AddTracing(TracerProviderBuilder tracing) => tracing
        .AddSource(Sources)
        .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsPolled(context.Request.Path))
        .SetSampler(provider => SelectSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value));

    private static bool IsPolled(PathString path) =>
        Array.Exists(PolledPaths, polled => path.StartsWithSegments(polled, StringComparison.OrdinalIgnoreCase));

    /// <summary>Without a collector nothing is sampled. The trace ids still tie the logs of all services together.</summary>
    private static Sampler SelectSampler(TelemetryOptions options) => options.Collector is null
        ? new AlwaysOffSampler()
        : new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio));

    private static void AddMetrics(MeterProviderBuilder metrics)
    {
        metrics.AddMeter(Meters).AddProcessInstrumentation().AddPrometheusExporter();
        ((IDeferredMeterProviderBuilder)metrics).Configure((provider, configured) =>
        {
            var options = provider.GetRequiredService<IOptions<TelemetryOptions>>().Value;
            configured.AddView(instrument => SelectView(instrument, options.MaxSeriesPerMetric));
        });
    }

    private static MetricStreamConfiguration SelectView(Instrument instrument, int maxSeries) => instrument is Histogram<double> { Unit: "s", Advice: null }
        ? new ExplicitBucketHistogramConfiguration { Boundaries = SecondsBounds, CardinalityLimit = maxSeries }
        : new MetricStreamConfiguration { CardinalityLimit = maxSeries };

    /// <summary>Sends all three signals to the collector, if one is configured. Disposing the host flushes them.</summary>
    private static void AddCollector(this OpenTelemetryBuilder telemetry, TelemetryOptions settings)
    {
        if (settings.Collector is not { } collector)
            return;
        telemetry
            .WithLogging(
                logs => logs.AddProcessor(provider => new LogRecordRedaction(provider.GetRequiredService<Redaction>())),
                options => options.IncludeFormattedMessage = options.IncludeScopes = true)
            .UseOtlpExporter(settings.OtlpProtocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf, collector);
    }

    private static void AddLogs(this WebApplicationBuilder builder, TelemetryOptions settings)
    {
        var text = settings.LogFormat == "text"
            || (settings.LogFormat == "auto" && (builder.Environment.IsDevelopment() || !Console.IsOutputRedirected));

        var logging = builder.Logging;
        logging.ClearProviders();
        logging.AddConsole(console => console.FormatterName = text ? TextLogFormatter.FormatterName : JsonLogFormatter.FormatterName);
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLogFormatter, ConsoleFormatterOptions>();

        // The formatter writes the ids itself; as a scope they would be in every line twice.
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        foreach (var (category, level) in QuietCategories)
            logging.AddFilter(category, level);

        // Added after the levels above, so the operator's Logging:LogLevel wins.
        logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
    }
}
