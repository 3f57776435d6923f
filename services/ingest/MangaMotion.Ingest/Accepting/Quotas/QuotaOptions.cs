using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Accepting.Quotas;

/// <summary>Limits of one owner; 0 is no limit. Section <c>Quotas</c>.</summary>
public sealed class QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Requests of an owner to one instance of the API, with bursts of twice as many.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; set; }

    /// <summary>Largest number of waiting and running jobs of an owner. From it on, submissions are rejected.</summary>
    [Range(0, 1_000_000_000)]
    public int OutstandingJobs { get; set; }

    /// <summary>Bytes that an owner may have stored in a day (UTC).</summary>
    [Range(0, long.MaxValue)]
    public long BytesPerDay { get; set; }
}
