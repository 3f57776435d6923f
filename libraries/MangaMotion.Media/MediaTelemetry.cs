using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MangaMotion.Media;

/// <summary>
/// Activity source and meter <c>MangaMotion.Media</c>: one span and one measurement for each tool run and each job of a media host.
/// </summary>
public static class MediaTelemetry
{
    public const string Name = "MangaMotion.Media";

    internal static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "mangamotion.media.tool.duration", "s", "Wall time of one tool run or job of a media host, by tool and outcome");

    private static readonly Counter<long> Replaced = Meter.CreateCounter<long>(
        "mangamotion.media.hosts.replaced", "{host}", "Media hosts that were replaced, by reason");

    /// <summary>Runs a tool in a span of its own, and records its duration and outcome.</summary>
    internal static async Task<T> RunAsync<T>(string tool, Func<Activity?, Task<T>> run)
    {
        using var activity = Activities.StartActivity($"tool {tool}");
        var started = Stopwatch.GetTimestamp();
        var outcome = "ok";
        try
        {
            return await run(activity);
        }
        catch (Exception failure)
        {
            outcome = failure is MediaException media ? media.Code : failure.GetType().Name;
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }
        finally
        {
            activity?.SetTag("media.outcome", outcome);
            Duration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("tool", tool),
                new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    internal static void CountReplacedHost(string reason) => Replaced.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
