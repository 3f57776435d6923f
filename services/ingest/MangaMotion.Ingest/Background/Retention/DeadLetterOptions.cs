using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Retention;

/// <summary>Retention of dead letters. Section <c>DeadLetters</c>.</summary>
public sealed class DeadLetterOptions
{
    public const string Section = "DeadLetters";

    /// <summary>Age from which dead letters are deleted, open and closed ones, with their copies in the error queues.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Time between two searches for old dead letters.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromHours(1);
}
