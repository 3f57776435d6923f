using System.Diagnostics;

namespace MangaMotion.Benchmarks.Peers;

/// <summary>Seconds of the monotonic clock, which all processes of the machine share.</summary>
internal static class PeerClock
{
    public static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>The same moment of the wall clock, by which the database of this machine stamps rows.</summary>
    public static double From(DateTime utc) => Now - (DateTime.UtcNow - utc).TotalSeconds;
}
