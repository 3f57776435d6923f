using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest;

/// <summary>Limits of the API. Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Files in one request.</summary>
    [Range(1, 100_000)]
    public int MaxFiles { get; set; } = 2_000;

    /// <summary>Bytes of one file.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; set; } = 4L << 30;

    /// <summary>Bytes of one request.</summary>
    [Range(1, long.MaxValue)]
    public long MaxRequestBytes { get; set; } = 16L << 30;

    /// <summary>Bytes of one form field that is not a file.</summary>
    [Range(1, 64 << 20)]
    public int MaxFieldBytes { get; set; } = 64 << 10;

    /// <summary>Time without a byte from a sender after which the request is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UploadIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Life of a link to put a file straight into the store.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan UploadLinkLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time after which a direct upload that was not handed in is removed; longer than that of its link.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Direct uploads of one owner that were not handed in yet.</summary>
    [Range(1, 1_000_000)]
    public int MaxOpenUploads { get; set; } = 10_000;

    /// <summary>Life of a link to an object in the store.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(15);
}
