using MangaMotion.Ingest.Reading.Operations;

namespace MangaMotion.Ingest.Tests;

public sealed class ScalingTests
{
    private static readonly TimeSpan Target = TimeSpan.FromMinutes(2);

    [Theory]
    // waiting, running, median, places of a worker: needed workers
    [InlineData(0, 0, 1.0, 2, 0)]
    [InlineData(1, 0, 0.1, 2, 1)]
    [InlineData(0, 1, 0.1, 2, 1)]
    [InlineData(120, 0, 1.0, 2, 1)]
    [InlineData(240, 0, 1.0, 2, 1)]
    [InlineData(241, 0, 1.0, 2, 2)]
    [InlineData(12_000, 0, 1.0, 4, 25)]
    [InlineData(0, 9, 1.0, 4, 3)] // a worker that stops would hand back what runs
    public void Workers_follow_from_the_waiting_work(long waiting, int running, double median, int places, int needed) =>
        ScalingPlan.Calculate(new("thumbnail", waiting, running, median, places, Workers: 1), Target).WorkersNeeded.ShouldBe(needed);

    [Fact]
    public void One_worker_measures_a_type_that_never_ran()
    {
        var scaling = ScalingPlan.Calculate(new("records", 5_000, Running: 0, MedianSeconds: null, PlacesPerWorker: 4, Workers: 0), Target);

        scaling.WorkersNeeded.ShouldBe(1);
        scaling.Reason.ShouldContain("No attempt of the last day succeeded");
    }

    [Fact]
    public void The_reason_is_the_calculation()
    {
        var scaling = ScalingPlan.Calculate(new("thumbnail", 12_000, 3, 0.25, PlacesPerWorker: 2, Workers: 1), Target);

        scaling.Reason.ShouldBe("12000 waiting × 0.25 s ÷ 120 s, 3 running: 25 at the same time, 2 for each worker.");
        scaling.WorkersNeeded.ShouldBe(13);
    }

    /// <summary>
    /// A day in steps of 15 s: quiet nights, a busy noon and three bursts, with an autoscaler as in deploy/kubernetes/keda (asks every
    /// 15 s, starts a worker within 30 s, and scales down to the largest number of the last 300 s).
    /// </summary>
    [Fact]
    public void A_day_of_load_neither_starves_nor_flaps()
    {
        const int Step = 15, Places = 2;
        const double Median = 0.5;
        var random = new Random(1);
        var waiting = new Queue<(int Second, double Jobs)>();
        var (workers, changes, longestWait, mostWorkers) = (0, 0, 0, 0);
        var wanted = new Queue<int>();
        var starting = new Queue<int>();
        for (var second = 0; second < 24 * 3600; second += Step)
        {
            var perSecond = 6 * Math.Max(0, Math.Sin(Math.PI * ((second / 3600.0) - 6) / 16)) + random.NextDouble();
            waiting.Enqueue((second, (perSecond * Step) + (second % (8 * 3600) == 3600 ? 4_000 : 0)));
            var running = (int)Math.Min(Math.Ceiling(waiting.Sum(batch => batch.Jobs)), workers * Places);
            longestWait = Math.Max(longestWait, Serve(waiting, second, workers * Places * Step / Median));

            var left = (long)waiting.Sum(batch => batch.Jobs);
            var load = new TypeLoad("thumbnail", left, running, Median, Places, workers);
            wanted.Enqueue(ScalingPlan.Calculate(load, Target).WorkersNeeded);
            if (wanted.Count > 300 / Step)
                wanted.Dequeue();
            starting.Enqueue(wanted.Max());
            if (starting.Count <= 30 / Step)
                continue;
            var next = starting.Dequeue();
            changes += next == workers ? 0 : 1;
            (workers, mostWorkers) = (next, Math.Max(mostWorkers, next));
        }

        longestWait.ShouldBeLessThan(2 * (int)Target.TotalSeconds, "no job starves");
        changes.ShouldBeLessThan(24 * 6, "the number of workers changes less than six times an hour");
        mostWorkers.ShouldBeInRange(8, 12, "4,000 waiting jobs of 0.5 s in 2 minutes need 9 workers of 2 places");
    }

    /// <summary>Takes jobs off the queue, oldest first.</summary>
    /// <returns>The longest time that a taken job waited, in seconds.</returns>
    private static int Serve(Queue<(int Second, double Jobs)> waiting, int now, double capacity)
    {
        var longest = 0;
        while (capacity > 0 && waiting.TryDequeue(out var batch))
        {
            longest = Math.Max(longest, now - batch.Second);
            if (batch.Jobs > capacity)
            {
                var rest = waiting.ToArray();
                waiting.Clear();
                foreach (var left in rest.Prepend((batch.Second, batch.Jobs - capacity)))
                    waiting.Enqueue(left);
            }

            capacity -= batch.Jobs;
        }

        return longest;
    }
}
