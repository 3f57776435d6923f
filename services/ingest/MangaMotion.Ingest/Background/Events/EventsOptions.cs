using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>The streams of <c>GET …/events</c>. Section <c>Events</c>.</summary>
public sealed class EventsOptions
{
    public const string Section = "Events";

    /// <summary>Shortest time between two looks for changes, so between two batches to a reader; of a job's changes in between the last is sent.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time after which what is watched is looked at without being told of a change: the bus may lose a message.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan LookAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time without an event after which a reader gets a comment, so that both ends see that the other lives.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Readers of one instance at the same time.</summary>
    [Range(1, 100_000)]
    public int MaxReaders { get; set; } = 2_000;
}
