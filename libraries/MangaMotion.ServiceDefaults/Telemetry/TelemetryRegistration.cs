using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Logs, traces and metrics of a service.</summary>
internal static class TelemetryRegistration
{
    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        builder.Services.AddValidatedOptions<TelemetryOptions>(TelemetryOptions.Section);
        builder.Services.AddSingleton<Redaction>();
        builder.Services.AddSingleton<PrometheusText>();
        builder.Services.AddHostedService<TelemetryService>();
        builder.AddLogs(identity);
    }

    public static void MapMetrics(this WebApplication app) =>
        app.MapGet("/metrics", (PrometheusText metrics) => Results.Text(metrics.Scrape(), PrometheusText.ContentType))
            .ExcludeFromDescription()
            .DisableHttpMetrics();

    private static void AddLogs(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        // Read as text, not bound: a value that cannot be bound is for the check of all settings to name.
        var section = builder.Configuration.GetSection(TelemetryOptions.Section);
        var given = new TelemetryOptions
        {
            OtlpEndpoint = section[nameof(TelemetryOptions.OtlpEndpoint)],
            OtlpProtocol = section[nameof(TelemetryOptions.OtlpProtocol)] ?? "grpc",
            LogFormat = section[nameof(TelemetryOptions.LogFormat)] ?? "auto",
        };
        var text = given.LogFormat == "text"
            || (given.LogFormat == "auto" && (builder.Environment.IsDevelopment() || !Console.IsOutputRedirected));

        var logging = builder.Logging;
        logging.ClearProviders();
        logging.AddConsole(console => console.FormatterName = text ? TextLogFormatter.FormatterName : JsonLogFormatter.FormatterName);
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLogFormatter, ConsoleFormatterOptions>();

        // The formatter writes the ids itself; as a scope they would stand in every line twice.
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        foreach (var (category, level) in Quiet)
            logging.AddFilter(category, level);
        ApplyConfiguredLevels(builder);

        if (given.Collector is not { } collector)
            return;
        logging.AddOpenTelemetry();
        builder.Services.AddOptions<OpenTelemetryLoggerOptions>().Configure<Redaction>((logs, redaction) =>
        {
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
            var resource = ResourceBuilder.CreateDefault();
            TelemetryService.Describe(resource, identity);
            logs.SetResourceBuilder(resource);
            logs.AddProcessor(new LogRecordRedaction(redaction));
            logs.AddOtlpExporter(otlp => TelemetryService.SendTo(otlp, collector, given.OtlpProtocol, "v1/logs"));
        });
    }

    /// <summary>Libraries that say too much at Information, or that repeat what one of our lines says once.</summary>
    private static IReadOnlyList<(string Category, LogLevel Level)> Quiet { get; } =
    [
        ("Microsoft.AspNetCore", LogLevel.Warning),
        ("Microsoft.Hosting.Lifetime", LogLevel.Information),
        ("System.Net.Http", LogLevel.Warning),
        ("Npgsql", LogLevel.Warning),

        // Their subject is in the answer of /health/ready, and in BrokerWatch's line.
        ("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None),
        ("MassTransit", LogLevel.Error),
    ];

    /// <summary>What the operator sets in <c>Logging:LogLevel</c> comes after, and so wins over, the levels above.</summary>
    private static void ApplyConfiguredLevels(WebApplicationBuilder builder) =>
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
}
