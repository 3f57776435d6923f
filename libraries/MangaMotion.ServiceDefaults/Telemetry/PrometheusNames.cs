using System.Text;
using OpenTelemetry.Metrics;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>
/// Names as OpenTelemetry's specification maps them to Prometheus, and as the official exporter writes them:
/// <c>http.server.request.duration</c> in <c>s</c> is <c>http_server_request_duration_seconds</c>, a counter ends in <c>_total</c>.
/// </summary>
internal static class PrometheusNames
{
    public static string Metric(string name, string unit, MetricType type)
    {
        var text = new StringBuilder(Sanitize(name, colons: true));
        if (UnitName(unit, type) is { Length: > 0 } suffix && !EndsWith(text, suffix))
            text.Append('_').Append(suffix);
        if (IsCounter(type) && !EndsWith(text, "_total"))
            text.Append("_total");
        return text.ToString();
    }

    public static string Label(string name) => Sanitize(name, colons: false);

    public static bool IsCounter(MetricType type) => type is MetricType.LongSum or MetricType.DoubleSum;

    private static bool IsGauge(MetricType type) =>
        type is MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic;

    /// <summary>Every run of other characters becomes one underscore; a leading digit gets one before it.</summary>
    private static string Sanitize(string name, bool colons)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || (colons && c == ':'))
            {
                if (text.Length == 0 && char.IsAsciiDigit(c))
                    text.Append('_');
                text.Append(c);
            }
            else if (text.Length == 0 || text[^1] != '_')
            {
                text.Append('_');
            }
        }

        return text.Length == 0 ? "_" : text.ToString();
    }

    private static string UnitName(string unit, MetricType type)
    {
        // Braces annotate ({job}); they are no unit.
        var bare = WithoutAnnotations(unit);
        if (bare == "1")
            return IsGauge(type) ? "ratio" : "";
        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? $"{Word(bare[..slash])}_per_{Word(bare[(slash + 1)..])}"
            : Sanitize(Word(bare), colons: false) is var word && bare.Length > 0 ? word : "";
    }

    private static string WithoutAnnotations(string unit)
    {
        var text = new StringBuilder(unit.Length);
        var depth = 0;
        foreach (var c in unit)
        {
            depth += c == '{' ? 1 : 0;
            if (depth == 0)
                text.Append(c);
            depth -= c == '}' && depth > 0 ? 1 : 0;
        }

        return text.ToString().Trim();
    }

    private static string Word(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "kBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        _ => unit,
    };

    private static bool EndsWith(StringBuilder text, string end) =>
        text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end;
}
