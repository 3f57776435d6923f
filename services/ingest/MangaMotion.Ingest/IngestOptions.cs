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
    public long MaxRequestBytes { get; set; } = 8L << 30;

    /// <summary>Files of less than 256 KiB, of all requests, that are put into the store at the same time.</summary>
    [Range(1, 256)]
    public int PutsAtOnce { get; set; } = 32;

    /// <summary>Bytes of one form field that is not a file.</summary>
    [Range(1, 64 << 20)]
    public int MaxFieldBytes { get; set; } = 64 << 10;

    /// <summary>Slowest sender that is put up with, in bytes a second since the request began; 0 puts up with any.</summary>
    [Range(0, 1 << 30)]
    public int MinBytesPerSecond { get; set; } = 1_024;

    /// <summary>Time that a request may be slower than that.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan SlowStart { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>False: a caller that says nothing gets the results with the answer, as if it had sent <c>Prefer: wait</c>.</summary>
    public bool AsyncThumbnails { get; set; } = true;

    /// <summary>The longest wait that a caller gets by <c>Prefer: wait=N</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which an <c>Idempotency-Key</c> is forgotten.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan IdempotencyKeyLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Voices of a voice provider that videos may name, as ids separated by commas, for workers with <c>ELEVENLABS_API_KEY</c>.
    /// </summary>
    [RegularExpression("[A-Za-z0-9, ]*")]
    public string ProviderVoices { get; set; } = "";

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
