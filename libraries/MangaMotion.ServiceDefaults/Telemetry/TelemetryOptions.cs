using System.ComponentModel.DataAnnotations;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>What is told to whom about the running service. Section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions : IValidatableObject
{
    public const string Section = "Telemetry";

    /// <summary>URL of an OpenTelemetry collector; unset sends nothing. Also <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>. Also <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>.</summary>
    [AllowedValues("grpc", "http/protobuf")]
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>Share of the traces that begin here and are sent; what others began is sent if they send it.</summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 1;

    /// <summary><c>json</c>, <c>text</c>, or <c>auto</c>: text on a terminal and in Development, else JSON.</summary>
    [AllowedValues("auto", "json", "text")]
    public string LogFormat { get; set; } = "auto";

    /// <summary>Series of one metric beyond which further ones are counted together, so that a label with many values cannot fill the memory.</summary>
    [Range(1, 100_000)]
    public int MaxSeriesPerMetric { get; set; } = 1_000;

    /// <summary>The collector, where a usable one is set.</summary>
    internal Uri? Collector =>
        Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(OtlpEndpoint) && Collector is null)
            yield return new($"'{OtlpEndpoint}' is not a URL such as http://127.0.0.1:4317.", [nameof(OtlpEndpoint)]);
    }
}
