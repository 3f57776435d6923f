using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Jobs;

/// <summary>Settings of a worker that runs jobs. Section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>Jobs that this worker runs at the same time, over all lanes.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>
    /// Time after which a silent worker is treated as dead. A longer lease survives a longer outage of the database; a shorter one returns
    /// the jobs of a killed worker sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that running jobs have to finish after SIGTERM, before they are handed back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest run time of one attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Time after which the message of a waiting job is published again if its queue is empty.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReconcileAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time between two renewals of the leases. Five may be missed.</summary>
    internal TimeSpan HeartbeatInterval => Lease / 6;
}
