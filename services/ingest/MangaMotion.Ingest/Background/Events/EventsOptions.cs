using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>The streams of <c>GET …/events</c>. Section <c>Events</c>.</summary>
public sealed class EventsOptions
{
    public const string Section = "Events";

    /// <summary>Shortest time between two batches to a reader. Only the last change of a job in this time is sent.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time after which watched rows are read without a notification, since the bus may lose one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan LookAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time without an event after which a reader gets a comment, so that both ends notice a broken connection.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Largest number of readers of one instance at the same time.</summary>
    [Range(1, 100_000)]
    public int MaxReaders { get; set; } = 2_000;
}
