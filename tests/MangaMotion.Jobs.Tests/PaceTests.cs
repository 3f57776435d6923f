using MangaMotion.Jobs.Stats;

namespace MangaMotion.Jobs.Tests;

public sealed class PaceTests
{
    [Fact]
    public void Alone_and_at_full_speed_an_estimate_is_sure()
    {
        var pace = new JobPace(MedianSeconds: 0.5, PerSecond: 8, Places: 4, Open: 80);

        pace.Estimate(80).ShouldBe((10, 10));
    }

    [Fact]
    public void Behind_others_it_is_a_range_from_first_to_last()
    {
        var pace = new JobPace(MedianSeconds: 0.5, PerSecond: 8, Places: 4, Open: 800);

        pace.Estimate(80).ShouldBe((10, 100));
    }

    [Fact]
    public void Workers_that_had_little_to_do_are_thought_at_least_half_as_fast_as_they_can()
    {
        var pace = new JobPace(MedianSeconds: 0.5, PerSecond: 0.01, Places: 4, Open: 80);

        pace.Estimate(80).ShouldBe((10, 20));
    }

    [Fact]
    public void Without_a_living_worker_or_a_measurement_there_is_no_estimate()
    {
        new JobPace(0.5, 8, Places: 0, 80).Estimate(80).ShouldBeNull();
        new JobPace(MedianSeconds: null, 0, 4, 80).Estimate(80).ShouldBeNull();
        JobPace.Unknown.Estimate(0).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(1_500)]
    [InlineData(86_400_000)]
    public void A_bucket_stands_for_its_durations_within_five_percent(int milliseconds)
    {
        var shown = JobLatencies.DurationOf(JobLatencies.BucketOf(TimeSpan.FromMilliseconds(milliseconds)));

        shown.TotalMilliseconds.ShouldBe(milliseconds, milliseconds * 0.05);
    }

    [Fact]
    public void Quantiles_are_read_off_the_histogram()
    {
        var histogram = new LatencyHistogram();
        for (var milliseconds = 1; milliseconds <= 1_000; milliseconds++)
            histogram.Add(JobLatencies.BucketOf(TimeSpan.FromMilliseconds(milliseconds)), 1);

        histogram.Quantile(0.5)!.Value.TotalMilliseconds.ShouldBe(500, 50);
        histogram.Quantile(0.99)!.Value.TotalMilliseconds.ShouldBe(990, 99);
        new LatencyHistogram().Quantile(0.5).ShouldBeNull();
    }
}
