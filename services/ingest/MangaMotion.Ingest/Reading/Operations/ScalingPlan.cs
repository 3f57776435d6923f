using System.Globalization;
using MangaMotion.Api;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Load of one job type.</summary>
/// <param name="MedianSeconds">Median duration of an attempt, in seconds; null if none was measured.</param>
internal sealed record TypeLoad(string Type, long Waiting, int Running, double? MedianSeconds, int PlacesPerWorker, int Workers);

/// <summary>Calculates the workers that a load needs.</summary>
internal static class ScalingPlan
{
    /// <summary>
    /// Places = waiting jobs × median ÷ target, at least one while a job waits or runs, and never fewer than run now: a worker that stops
    /// hands its jobs back, and they start again from the beginning.
    /// </summary>
    public static TypeScaling Calculate(TypeLoad load, TimeSpan target)
    {
        var busy = load.Waiting + load.Running > 0;

        // Without a measured job, one worker finds out how long they take.
        var needed = load.MedianSeconds is { } median ? Math.Ceiling(load.Waiting * median / target.TotalSeconds) : 0;
        var places = (int)Math.Min(Math.Max(needed, busy ? Math.Max(1, load.Running) : 0), int.MaxValue);
        var workers = (places + load.PlacesPerWorker - 1) / load.PlacesPerWorker;
        return new(
            load.Type, load.Waiting, load.Running, load.MedianSeconds, places, load.PlacesPerWorker, load.Workers, workers,
            Explain(load, target, places, busy));
    }

    private static string Explain(TypeLoad load, TimeSpan target, int places, bool busy)
    {
        if (!busy)
            return "Nothing waits or runs.";
        if (load.MedianSeconds is not { } median)
        {
            return $"{load.Waiting} waiting, {load.Running} running. No attempt of the last day succeeded, so one worker is enough to "
                + "measure.";
        }

        var work = string.Create(
            CultureInfo.InvariantCulture, $"{load.Waiting} waiting × {median:0.###} s ÷ {target.TotalSeconds:0} s, {load.Running} running");
        return $"{work}: {places} at the same time, {load.PlacesPerWorker} for each worker.";
    }
}
