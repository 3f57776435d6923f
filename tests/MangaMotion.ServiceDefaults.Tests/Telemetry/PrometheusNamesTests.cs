using MangaMotion.ServiceDefaults.Telemetry;
using OpenTelemetry.Metrics;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", MetricType.Histogram, "http_server_request_duration_seconds")]
    [InlineData("mangamotion.jobs", "{job}", MetricType.LongSum, "mangamotion_jobs_total")]
    [InlineData("mangamotion.jobs.total", "", MetricType.LongSum, "mangamotion_jobs_total")]
    [InlineData("sent.bytes", "By", MetricType.LongSum, "sent_bytes_total")]
    [InlineData("dotnet.gc.heap", "By", MetricType.LongSumNonMonotonic, "dotnet_gc_heap_bytes")]
    [InlineData("cpu.used", "1", MetricType.DoubleGauge, "cpu_used_ratio")]
    [InlineData("calls", "1", MetricType.LongSum, "calls_total")]
    [InlineData("speed", "m/s", MetricType.DoubleGauge, "speed_meters_per_seconds")]
    [InlineData("9 lives--left!", "", MetricType.LongGauge, "_9_lives_left_")]
    public void A_metric_is_named_as_the_official_exporter_names_it(string name, string unit, MetricType type, string expected) =>
        PrometheusNames.Metric(name, unit, type).ShouldBe(expected);

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("a:b", "a_b")]
    [InlineData("0", "_0")]
    public void A_label_name_has_only_what_a_label_may_have(string name, string expected) =>
        PrometheusNames.Label(name).ShouldBe(expected);
}
