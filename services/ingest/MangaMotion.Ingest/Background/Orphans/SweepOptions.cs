using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Orphans;

/// <summary>How the object store is kept free of what belongs to nothing. Section <c>Sweep</c>.</summary>
public sealed class SweepOptions
{
    public const string Section = "Sweep";

    /// <summary>Whether objects without a row are removed. Expired uploads are in any case.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Time between two passes over the whole store, which one instance at a time makes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Younger objects are left alone: their ingest may be under way.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan MinAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Time between two looks for expired uploads.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UploadInterval { get; set; } = TimeSpan.FromMinutes(1);
}
