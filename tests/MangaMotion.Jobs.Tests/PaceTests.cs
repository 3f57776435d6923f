using MangaMotion.Jobs.Stats;

namespace MangaMotion.Jobs.Tests;

public sealed class PaceTests
{
    [Fact]
    public void An_estimate_without_other_jobs_is_one_duration()
    {
        var pace = new JobPace(MedianSeconds: 0.5, PerSecond: 8, Places: 4, Open: 80);

        pace.Estimate(80).ShouldBe((10, 10));
    }

    [Fact]
    public void An_estimate_beside_other_jobs_is_a_range_from_first_to_last_in_the_queue()
    {
        var pace = new JobPace(MedianSeconds: 0.5, PerSecond: 8, Places: 4, Open: 800);

        pace.Estimate(80).ShouldBe((10, 100));
    }

    [Fact]
    public void An_estimate_assumes_that_idle_workers_reach_half_of_their_full_speed()
    {
        var pace = new JobPace(MedianSeconds: 0.5, PerSecond: 0.01, Places: 4, Open: 80);

        pace.Estimate(80).ShouldBe((10, 20));
    }

    [Fact]
    public void No_estimate_without_a_running_worker_or_a_measured_duration()
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
    public void A_bucket_represents_its_durations_within_five_percent(int milliseconds)
    {
        var shown = JobLatencies.DurationOf(JobLatencies.BucketOf(TimeSpan.FromMilliseconds(milliseconds)));

        shown.TotalMilliseconds.ShouldBe(milliseconds, milliseconds * 0.05);
    }

    [Fact]
    public void Quantiles_come_from_the_histogram()
    {
        var histogram = new LatencyHistogram();
        for (var milliseconds = 1; milliseconds <= 1_000; milliseconds++)
            histogram.Add(JobLatencies.BucketOf(TimeSpan.FromMilliseconds(milliseconds)), 1);

        histogram.Quantile(0.5)!.Value.TotalMilliseconds.ShouldBe(500, 50);
        histogram.Quantile(0.99)!.Value.TotalMilliseconds.ShouldBe(990, 99);
        new LatencyHistogram().Quantile(0.5).ShouldBeNull();
    }
}
