using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Jobs.Failures;

/// <summary>Outages of shared servers: store, database, broker. Section <c>Outage</c>.</summary>
public sealed class OutageOptions
{
    public const string Section = "Outage";

    /// <summary>
    /// Longest time that a worker takes no work and counts no attempt while a shared server is away; 0 counts attempts from the start.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan HoldAtMost { get; set; } = TimeSpan.FromMinutes(10);
}
