using System.Diagnostics.Metrics;
using MangaMotion.ServiceDefaults.Tests.Support;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task All_kinds_of_instruments_are_read_back_with_their_values()
    {
        using var meter = new Meter("MangaMotion.Sample.Kinds");
        await using var service = await TestService.StartAsync();
        var jobs = meter.CreateCounter<long>("mangamotion.sample.jobs", "{job}", "Jobs \\ of\nall kinds");
        var busy = meter.CreateUpDownCounter<int>("mangamotion.sample.busy");
        meter.CreateObservableGauge("mangamotion.sample.share", () => 0.25, "1");
        meter.CreateObservableGauge("mangamotion.sample.speed", () => 3, "By/s");
        var duration = meter.CreateHistogram(
            "mangamotion.sample.duration", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5] });
        var wait = meter.CreateHistogram<double>("mangamotion.sample.wait", "s");

        jobs.Add(2, new KeyValuePair<string, object?>("job.type", "thumbnail"));
        jobs.Add(3, new KeyValuePair<string, object?>("job.type", "video"));
        busy.Add(5);
        busy.Add(-3);
        foreach (var seconds in new[] { 0.5, 1, 4, 9 })
            duration.Record(seconds);
        wait.Record(0.004);
        var samples = await ScrapeAsync(service);

        samples["mangamotion_sample_jobs_total", ("job_type", "thumbnail")].ShouldBe(2);
        samples["mangamotion_sample_jobs_total", ("job_type", "video")].ShouldBe(3);
        samples.Types["mangamotion_sample_jobs_total"].ShouldBe("counter");
        samples["mangamotion_sample_busy"].ShouldBe(2);
        samples.Types["mangamotion_sample_busy"].ShouldBe("gauge");
        samples["mangamotion_sample_share"].ShouldBe(0.25);
        samples["mangamotion_sample_speed_bytes_per_second"].ShouldBe(3);
        samples["mangamotion_sample_duration_seconds_bucket", ("le", "1")].ShouldBe(2);
        samples["mangamotion_sample_duration_seconds_bucket", ("le", "5")].ShouldBe(3);
        samples["mangamotion_sample_duration_seconds_bucket", ("le", "+Inf")].ShouldBe(4);
        samples["mangamotion_sample_duration_seconds_sum"].ShouldBe(14.5);
        samples["mangamotion_sample_duration_seconds_count"].ShouldBe(4);
        samples["mangamotion_sample_wait_seconds_bucket", ("le", "0.005")].ShouldBe(1);
    }

    [Fact]
    public async Task A_label_value_with_quotes_backslashes_and_line_ends_survives()
    {
        using var meter = new Meter("MangaMotion.Sample.Escapes");
        await using var service = await TestService.StartAsync();
        const string odd = "C:\\new \"page\"\nend";

        meter.CreateCounter<int>("mangamotion.sample.odd").Add(1, new KeyValuePair<string, object?>("na me", odd));

        (await ScrapeAsync(service))["mangamotion_sample_odd_total", ("na_me", odd)].ShouldBe(1);
    }

    [Fact]
    public async Task Tags_that_map_to_one_label_are_joined()
    {
        using var meter = new Meter("MangaMotion.Sample.Clash");
        await using var service = await TestService.StartAsync();

        meter.CreateCounter<int>("mangamotion.sample.clash").Add(1, new("a.b", 1), new KeyValuePair<string, object?>("a-b", 2));

        (await ScrapeAsync(service))["mangamotion_sample_clash_total", ("a_b", "2;1")].ShouldBe(1);
    }

    [Fact]
    public async Task Instruments_of_two_meters_with_one_name_share_one_block()
    {
        using var one = new Meter("MangaMotion.Sample.One");
        using var two = new Meter("MangaMotion.Sample.Two");
        await using var service = await TestService.StartAsync();

        one.CreateCounter<int>("mangamotion.sample.shared").Add(1, new KeyValuePair<string, object?>("from", "one"));
        two.CreateCounter<int>("mangamotion.sample.shared").Add(2, new KeyValuePair<string, object?>("from", "two"));

        var samples = await ScrapeAsync(service);
        samples["mangamotion_sample_shared_total", ("from", "one")].ShouldBe(1);
        samples["mangamotion_sample_shared_total", ("from", "two")].ShouldBe(2);
    }

    [Fact]
    public async Task An_instrument_that_throws_is_left_out_and_the_others_are_read()
    {
        using var meter = new Meter("MangaMotion.Sample.Throws");
        await using var service = await TestService.StartAsync();
        meter.CreateObservableGauge(
            "mangamotion.sample.throws", new Func<int>(() => throw new InvalidOperationException("The server is away.")));
        meter.CreateObservableGauge("mangamotion.sample.works", () => 4);

        var samples = await ScrapeAsync(service);

        samples["mangamotion_sample_works"].ShouldBe(4);
        samples.Types.Keys.ShouldNotContain("mangamotion_sample_throws");
    }

    [Fact]
    public async Task Concurrent_scrapes_are_complete()
    {
        using var meter = new Meter("MangaMotion.Sample.Parallel");
        await using var service = await TestService.StartAsync();
        var counter = meter.CreateCounter<int>("mangamotion.sample.parallel");
        for (var i = 0; i < 500; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var scrapes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScrapeAsync(service)));

        foreach (var samples in scrapes)
            samples["mangamotion_sample_parallel_total", ("id", "499")].ShouldBe(1);
    }

    [Fact]
    public async Task A_scraper_that_asks_for_open_metrics_gets_it()
    {
        await using var service = await TestService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");

        using var response = await service.Client.SendAsync(request);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/openmetrics-text");
        (await response.Content.ReadAsStringAsync()).ShouldEndWith("\n# EOF\n");
    }

    [Fact]
    public async Task Values_of_a_label_over_the_limit_are_counted_together()
    {
        using var meter = new Meter("MangaMotion.Sample.Many");
        await using var service = await TestService.StartAsync(settings: ("Telemetry:MaxSeriesPerMetric", "10"));
        var counter = meter.CreateCounter<int>("mangamotion.sample.many");

        for (var i = 0; i < 100; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        using var response = await service.Client.GetAsync("/metrics");
        var series = (await response.Content.ReadAsStringAsync()).Split('\n')
            .Where(line => line.StartsWith("mangamotion_sample_many_total{", StringComparison.Ordinal)).ToList();

        series.Count.ShouldBeInRange(2, 12);
        series.ShouldContain(line => line.Contains("otel_metric_overflow=\"true\""));
        series.Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..])).ShouldBe(100);
    }

    [Fact]
    public async Task The_runtime_and_the_web_server_are_measured_and_the_whole_page_is_well_formed()
    {
        await using var service = await TestService.StartAsync();
        using (await service.Client.GetAsync("/nowhere"))
        {
            var samples = await ScrapeAsync(service);

            samples.Types.Keys.ShouldContain("dotnet_gc_collections_total");
            samples.Types.Keys.ShouldContain("http_server_request_duration_seconds");
            samples.Types.Keys.ShouldContain("kestrel_active_connections");
            samples.Types.Keys.ShouldContain("process_unix_file_descriptor_count");
        }
    }

    private static async Task<PrometheusSamples> ScrapeAsync(TestService service)
    {
        using var response = await service.Client.GetAsync("/metrics");
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return PrometheusSamples.Parse(await response.Content.ReadAsStringAsync());
    }
}
