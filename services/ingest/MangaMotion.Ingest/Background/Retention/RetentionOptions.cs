using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Retention of finished ingests, audit rows and statistics. Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Time after the end of its last job at which an ingest is deleted with its jobs and files; 0 keeps all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan FinishedIngests { get; set; }

    /// <summary>Age at which the audit row of a change is deleted.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Audit { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Age at which statistics by the hour are deleted.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Statistics { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Time between two searches for old rows.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}
