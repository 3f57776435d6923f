using System.ComponentModel.DataAnnotations;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Destination and form of logs, traces and metrics. Section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions : IValidatableObject
{
    public const string Section = "Telemetry";

    /// <summary>URL of an OpenTelemetry collector; unset sends nothing. Also <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>. Also <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>.</summary>
    [AllowedValues("grpc", "http/protobuf")]
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>
    /// Share of the traces beginning in this service that are sent. A trace of another service is sent if that service sends it.
    /// </summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 1;

    /// <summary>
    /// <c>json</c>, <c>text</c>, <c>journal</c> (text with the priorities of systemd's journal), or <c>auto</c>: text on a terminal and in
    /// Development, else JSON.
    /// </summary>
    [AllowedValues("auto", "json", "text", "journal")]
    public string LogFormat { get; set; } = "auto";

    /// <summary>
    /// Largest number of series of one metric. Further ones are counted together, so that a label with many values cannot fill the memory.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxSeriesPerMetric { get; set; } = 1_000;

    /// <summary>URL of the collector; null without a valid one.</summary>
    internal Uri? Collector =>
        Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(OtlpEndpoint) && Collector is null)
            yield return new($"'{OtlpEndpoint}' is not a URL such as http://127.0.0.1:4317.", [nameof(OtlpEndpoint)]);
    }
}
