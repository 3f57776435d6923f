using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Jobs;

/// <summary>How a worker runs jobs. Section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>Jobs that run at the same time in this worker, over all lanes.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>
    /// Time after which a silent worker is taken for dead. Longer rides out a longer pause of the database; shorter
    /// brings the jobs of a killed worker back sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that running jobs get to end after SIGTERM, before they are handed back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Hard limit of one attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Time after which a waiting job without a message is published again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReconcileAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Leases are renewed this often: five may be missed.</summary>
    internal TimeSpan HeartbeatInterval => Lease / 6;
}
