using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>How callers are told of the end of an ingest. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Attempts in all, the first included; the defaults reach over nine hours.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 14;

    /// <summary>Wait before the second attempt; doubles for each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>No wait is longer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Longest time of one attempt, from the look-up of the name to the head of the answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Deliveries under way on one instance at the same time; of one owner there is one.</summary>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>Time after which ends of ingests are looked for without having been told: the bus may lose a message.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long deliveries are signed with the secret before a renewal too; 0 signs with the new one only.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Lets callbacks reach loopback and private networks: for in-house use only, since callers choose the address.</summary>
    public bool AllowPrivateNetworks { get; set; }

    internal TimeSpan DelayAfter(int attempt, double random)
    {
        // Beyond 2^30 it is the longest wait anyway.
        var delay = Delay * Math.Pow(2, Math.Min(attempt - 1, 30)) * (0.8 + 0.4 * random);
        return delay < MaxDelay ? delay : MaxDelay;
    }
}
