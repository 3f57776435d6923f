using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest;

/// <summary>Limits of the API. Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Largest number of files in one request.</summary>
    [Range(1, 100_000)]
    public int MaxFiles { get; set; } = 2_000;

    /// <summary>Largest file, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; set; } = 4L << 30;

    /// <summary>Largest request, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxRequestBytes { get; set; } = 8L << 30;

    /// <summary>Largest number of files below 256 KiB that are stored at the same time, over all requests.</summary>
    [Range(1, 256)]
    public int PutsAtOnce { get; set; } = 32;

    /// <summary>Largest form field that is not a file, in bytes.</summary>
    [Range(1, 64 << 20)]
    public int MaxFieldBytes { get; set; } = 64 << 10;

    /// <summary>Minimum average upload rate in bytes per second; 0 disables the check.</summary>
    [Range(0, 1 << 30)]
    public int MinBytesPerSecond { get; set; } = 1_024;

    /// <summary>Time from the start of a request in which it may be slower.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan SlowStart { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>False to treat a request without <c>Prefer</c> like one with <c>Prefer: wait</c>: its answer has the results.</summary>
    public bool AsyncThumbnails { get; set; } = true;

    /// <summary>Longest wait for <c>Prefer: wait=N</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which an <c>Idempotency-Key</c> is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan IdempotencyKeyLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Voices of a voice provider that videos may name, as ids separated by commas, for workers with <c>ELEVENLABS_API_KEY</c>.
    /// </summary>
    [RegularExpression("[A-Za-z0-9, ]*")]
    public string ProviderVoices { get; set; } = "";

    /// <summary>Lifetime of a link to upload a file directly to the store.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan UploadLinkLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time after which an unused direct upload is removed; longer than the lifetime of its link.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Largest number of unused direct uploads of one owner.</summary>
    [Range(1, 1_000_000)]
    public int MaxOpenUploads { get; set; } = 10_000;

    /// <summary>Lifetime of a link to an object in the store.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(15);
}
