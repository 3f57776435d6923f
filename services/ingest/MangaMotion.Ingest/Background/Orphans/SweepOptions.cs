using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Background.Orphans;

/// <summary>Removal of objects that belong to no row from the object store. Section <c>Sweep</c>.</summary>
public sealed class SweepOptions
{
    public const string Section = "Sweep";

    /// <summary>True to remove objects without a row. Expired uploads and objects of deleted rows always are.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Time between two passes over the whole store, which one instance at a time makes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Age below which objects stay, because their ingest may not be committed yet.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan MinAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Time between two searches for expired uploads, and for objects of deleted rows.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UploadInterval { get; set; } = TimeSpan.FromMinutes(1);
}
