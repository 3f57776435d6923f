using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Notification of callers at the end of an ingest. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Largest number of attempts, the first included. With the defaults they span nine hours.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 14;

    /// <summary>Wait before the second attempt; doubles for each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Longest time of one attempt, from the look-up of the name to the head of the answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest number of deliveries in progress on one instance. An owner has one at a time.</summary>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>Time between two searches for ended ingests without a notification, since the bus may lose one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after a renewal in which deliveries are signed with the old secret as well; 0 signs with the new one only.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// True to allow callbacks to loopback and private networks. For in-house use only, since callers choose the address.
    /// </summary>
    public bool AllowPrivateNetworks { get; set; }

    internal TimeSpan DelayAfter(int attempt, double random)
    {
        // Every factor above 2^30 exceeds the longest wait.
        var delay = Delay * Math.Pow(2, Math.Min(attempt - 1, 30)) * (0.8 + 0.4 * random);
        return delay < MaxDelay ? delay : MaxDelay;
    }
}
