using Microsoft.Extensions.Options;

namespace MangaMotion.Storage;

public enum StoreKind
{
    Disk,
    S3,
}

/// <summary>Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Kind of store. If not set: S3 if an endpoint is set, otherwise disk.</summary>
    public StoreKind? Kind { get; set; }

    public DiskStorageOptions Disk { get; } = new();

    public S3StorageOptions S3 { get; } = new();

    public StoreKind EffectiveKind => Kind ?? (string.IsNullOrWhiteSpace(S3.Endpoint) ? StoreKind.Disk : StoreKind.S3);
}

public sealed class DiskStorageOptions
{
    /// <summary>Folder of the objects, the same for every service.</summary>
    public string? Root { get; set; }

    /// <summary>Whether a put waits until the object survives a power cut. It always survives a killed process.</summary>
    public bool Fsync { get; set; } = true;
}

public sealed class S3StorageOptions
{
    /// <summary><c>http://host:port</c> or <c>https://…</c>; plain name <c>S3_ENDPOINT</c>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Endpoint for callers and browsers, used in presigned links; <see cref="Endpoint"/> if not set.</summary>
    public string? PublicEndpoint { get; set; }

    /// <summary>Bucket, created if it is missing; plain name <c>S3_BUCKET</c>.</summary>
    public string? Bucket { get; set; }

    /// <summary>Plain name <c>S3_ACCESS_KEY</c>.</summary>
    public string? AccessKey { get; set; }

    /// <summary>Plain name <c>S3_SECRET_KEY</c>.</summary>
    public string? SecretKey { get; set; }

    public string Region { get; set; } = "us-east-1";

    /// <summary>
    /// Bytes of one part of a multipart upload, 5 MiB to 64 MiB. A put holds at most <see cref="PartsInFlight"/> + 1 parts in memory.
    /// </summary>
    public int PartSize { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Parts of one put that are sent at the same time while the next one is read, 1 to 16. More is faster over a network with long
    /// round trips.
    /// </summary>
    public int PartsInFlight { get; set; } = 1;

    /// <summary>Retries of a request after an answer 5xx, a time-out or a broken connection, 0 to 10.</summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>Longest time of one try of one request, including the sending of a part.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Minimum download rate in bytes per second, measured over <see cref="StallWindow"/> of waiting for data; 0 disables the check.
    /// </summary>
    public int MinBytesPerSecond { get; set; } = 16 * 1024;

    public TimeSpan StallWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Origins whose browser pages may use presigned links.</summary>
    public string[] CorsOrigins { get; set; } = ["*"];
}

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var problems = (options.EffectiveKind == StoreKind.Disk ? DiskProblems(options.Disk) : S3Problems(options.S3)).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> DiskProblems(DiskStorageOptions options)
    {
        if (!Path.IsPathFullyQualified(options.Root ?? ""))
        {
            yield return $"Storage__Disk__Root is '{options.Root}': it must be the absolute path of the folder for the objects " +
                "(or set Storage__Kind=s3).";
        }
    }

    private static IEnumerable<string> S3Problems(S3StorageOptions options)
    {
        if (!IsHttp(options.Endpoint))
            yield return $"Storage__S3__Endpoint (S3_ENDPOINT) is '{options.Endpoint}': it must be an http or https URL.";
        if (options.PublicEndpoint is not null && !IsHttp(options.PublicEndpoint))
            yield return $"Storage__S3__PublicEndpoint is '{options.PublicEndpoint}': it must be an http or https URL, or not be set.";
        if (string.IsNullOrWhiteSpace(options.Bucket))
            yield return "Storage__S3__Bucket (S3_BUCKET) is not set: it must name the bucket for the objects.";
        if (string.IsNullOrWhiteSpace(options.AccessKey))
            yield return "Storage__S3__AccessKey (S3_ACCESS_KEY) is not set.";
        if (string.IsNullOrWhiteSpace(options.SecretKey))
            yield return "Storage__S3__SecretKey (S3_SECRET_KEY) is not set.";
        if (options.PartSize is < 5 << 20 or > 64 << 20)
            yield return $"Storage__S3__PartSize is {options.PartSize}: it must be {5 << 20} to {64 << 20} bytes.";
        if (options.PartsInFlight is < 1 or > 16)
            yield return $"Storage__S3__PartsInFlight is {options.PartsInFlight}: it must be 1 to 16.";
        if (options.MaxRetries is < 0 or > 10)
            yield return $"Storage__S3__MaxRetries is {options.MaxRetries}: it must be 0 to 10.";
        if (options.RequestTimeout <= TimeSpan.Zero)
            yield return $"Storage__S3__RequestTimeout is {options.RequestTimeout}: it must be longer than 0.";
        if (options.StallWindow <= TimeSpan.Zero)
            yield return $"Storage__S3__StallWindow is {options.StallWindow}: it must be longer than 0.";
        if (options.MinBytesPerSecond < 0)
            yield return $"Storage__S3__MinBytesPerSecond is {options.MinBytesPerSecond}: it must not be negative.";
    }

    private static bool IsHttp(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
