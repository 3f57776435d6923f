using System.Diagnostics.Metrics;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.ServiceDefaults.Inner;
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

/// <summary>Registers logs, traces and metrics of a service.</summary>
internal static class TelemetryRegistration
{
    /// <summary>Activity sources beside ASP.NET Core, whose package adds route and status to its activities.</summary>
    private static readonly string[] Sources = ["MassTransit", "Npgsql", "System.Net.Http", "MangaMotion.*"];

    private static readonly string[] Meters =
        ["MassTransit", "Npgsql", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "MangaMotion.*"];

    /// <summary>Paths polled by probes and scrapers; their requests are not traced.</summary>
    private static readonly PathString[] PolledPaths = ["/health", "/metrics"];

    /// <summary>
    /// Bucket bounds, in seconds, of histograms without bounds of their own: from a claim (1 ms) to a whole video (1 h).
    /// </summary>
    private static readonly double[] SecondsBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

    /// <summary>Libraries that log too much at Information, or that repeat a line of this code base.</summary>
    private static readonly (string Category, LogLevel Level)[] QuietCategories =
    [
        ("Microsoft.AspNetCore", LogLevel.Warning),
        ("Microsoft.Hosting.Lifetime", LogLevel.Information),
        ("System.Net.Http", LogLevel.Warning),
        ("Npgsql", LogLevel.Warning),
        ("Microsoft.EntityFrameworkCore", LogLevel.Warning),

        // The answer of /health/ready and BrokerWatch report the same.
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
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => Describe(resource, identity));
        if (!builder.Services.SharesTelemetry())
            telemetry.WithTracing(AddTracing).WithMetrics(AddMetrics);
        telemetry.AddCollector(settings);
    }

    public static void MapMetrics(this WebApplication app)
    {
        if (app.Services.GetService<InnerServices.SharedTelemetry>() is null)
            app.MapPrometheusScrapingEndpoint().ExcludeFromDescription().DisableHttpMetrics();
    }

    private static void Describe(ResourceBuilder resource, ServiceIdentity identity) =>
        resource.AddService(
            identity.Service, serviceNamespace: "mangamotion", identity.Version, autoGenerateServiceInstanceId: false, identity.WorkerId);

    private static void AddTracing(TracerProviderBuilder tracing) => tracing
        .AddSource(Sources)
        .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsPolled(context.Request.Path))
        .SetSampler(provider => SelectSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value));

    private static bool IsPolled(PathString path) =>
        Array.Exists(PolledPaths, polled => path.StartsWithSegments(polled, StringComparison.OrdinalIgnoreCase));

    /// <summary>Selects the sampler. Without a collector nothing is sampled; trace ids still connect the logs of all services.</summary>
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

    private static MetricStreamConfiguration SelectView(Instrument instrument, int maxSeries) =>
        instrument is Histogram<double> { Unit: "s", Advice: null }
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
        var terminal = builder.Environment.IsDevelopment() || !Console.IsOutputRedirected;
        var formatter = settings.LogFormat switch
        {
            "journal" => JournalLogFormatter.FormatterName,
            "text" => TextLogFormatter.FormatterName,
            "auto" when terminal => TextLogFormatter.FormatterName,
            _ => JsonLogFormatter.FormatterName,
        };

        var logging = builder.Logging;
        logging.ClearProviders();
        logging.AddConsole(console => console.FormatterName = formatter);
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<JournalLogFormatter, ConsoleFormatterOptions>();

        // The formatter writes the ids itself. With these options every line would have them twice.
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        foreach (var (category, level) in QuietCategories)
            logging.AddFilter(category, level);

        // Added after the levels above, so the operator's Logging:LogLevel wins.
        logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
    }
}
