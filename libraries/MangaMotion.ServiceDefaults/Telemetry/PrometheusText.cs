using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>
/// Writes what OpenTelemetry has aggregated in Prometheus' text format, version 0.0.4. See docs/adr/0003-prometheus-text.md.
/// </summary>
internal sealed class PrometheusText : BaseExporter<Metric>
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private readonly BaseExportingMetricReader _reader;
    private string _text = "";

    public PrometheusText() => _reader = new BaseExportingMetricReader(this);

    /// <summary>To be added to the meter provider.</summary>
    public MetricReader Reader => _reader;

    /// <summary>Collects and writes; scrapes at the same time take turns.</summary>
    public string Scrape()
    {
        lock (_lock)
        {
            _reader.Collect();
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        // Two meters may have instruments that map to one name; the format wants one block for each name and type.
        var families = new SortedDictionary<string, List<Metric>>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var name = PrometheusNames.Metric(metric.Name, metric.Unit, metric.MetricType);
            if (!families.TryGetValue(name, out var family))
                families[name] = family = [];
            if (family.Count == 0 || TypeOf(family[0]) == TypeOf(metric))
                family.Add(metric);
        }

        var text = new StringBuilder(16_384);
        foreach (var (name, family) in families)
            WriteFamily(text, name, family);
        _text = text.ToString();
        return ExportResult.Success;
    }

    private static void WriteFamily(StringBuilder text, string name, List<Metric> family)
    {
        var description = family[0].Description;
        if (!string.IsNullOrEmpty(description))
            text.Append("# HELP ").Append(name).Append(' ').Append(Escape(description, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(family[0])).Append('\n');
        // An instrument whose meter was disposed is exported once more, beside the one made after it; the later one counts.
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var metric in Enumerable.Reverse(family))
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = Labels(metric, in point);
                if (written.Add(labels))
                    WritePoint(text, name, labels, metric, in point);
            }
        }
    }

    private static void WritePoint(StringBuilder text, string name, string labels, Metric metric, in MetricPoint point)
    {
        switch (metric.MetricType)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Sample(text, name, "", labels, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Sample(text, name, "", labels, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Sample(text, name, "", labels, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                Sample(text, name, "", labels, point.GetGaugeLastValueDouble());
                break;
            case MetricType.Histogram:
                long below = 0;
                foreach (var bucket in point.GetHistogramBuckets())
                {
                    below += bucket.BucketCount;
                    Sample(text, name, "_bucket", $"{labels},le=\"{Number(bucket.ExplicitBound)}\"", below);
                }

                Sample(text, name, "_sum", labels, point.GetHistogramSum());
                Sample(text, name, "_count", labels, point.GetHistogramCount());
                break;
            default:
                // No view of ours makes exponential histograms, which this version of the format cannot express.
                break;
        }
    }

    private static string Labels(Metric metric, in MetricPoint point)
    {
        var labels = new StringBuilder("otel_scope_name=\"").Append(Escape(metric.MeterName, quotes: true)).Append('"');
        var seen = new HashSet<string>(StringComparer.Ordinal) { "otel_scope_name", "le" };
        foreach (var (key, value) in point.Tags)
        {
            var name = PrometheusNames.Label(key);

            // Two tags may map to one name, which a scrape would refuse as a whole.
            while (!seen.Add(name))
                name += "_";
            var shown = value switch
            {
                null => "",
                bool truth => truth ? "true" : "false",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
            };
            labels.Append(',').Append(name).Append("=\"").Append(Escape(shown, quotes: true)).Append('"');
        }

        return labels.ToString();
    }

    private static void Sample(StringBuilder text, string name, string suffix, string labels, double value) =>
        text.Append(name).Append(suffix).Append('{').Append(labels).Append("} ").Append(Number(value)).Append('\n');

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string TypeOf(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram or MetricType.ExponentialHistogram => "histogram",
        _ => "gauge",
    };
}
