using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Jobs.Failures;

/// <summary>Number of attempts and the waits between them. Section <c>Retry</c>.</summary>
public sealed class RetryOptions
{
    public const string Section = "Retry";

    /// <summary>
    /// Faults of a worker's machine that one job meets without an attempt being counted. With the default delays: 25 minutes.
    /// </summary>
    public const int MaxWorkerFaults = 10;

    /// <summary>Attempts including the first. Also <c>MAX_RETRY_ATTEMPTS</c>.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Wait before the second attempt; it doubles for each further one. Also <c>RETRY_DELAY_SECONDS</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Share (0 to 1) by which a wait varies at random, so that jobs that failed together do not return together.</summary>
    [Range(0.0, 1.0)]
    public double Jitter { get; set; } = 0.2;

    /// <summary>Crashes of workers during the job after which it is dead-lettered as poison.</summary>
    [Range(1, 100)]
    public int MaxCrashes { get; set; } = 3;

    /// <summary>Returns the wait after attempt <paramref name="attempt"/> (1-based).</summary>
    /// <param name="random">Random number from 0 to 1.</param>
    public TimeSpan DelayAfter(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var exponential = Delay.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 30));
        var jittered = exponential * (1 + (Jitter * ((2 * random) - 1)));
        return TimeSpan.FromSeconds(Math.Min(jittered, MaxDelay.TotalSeconds));
    }
}
