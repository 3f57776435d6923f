using System.Globalization;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>Environment variable that sets a configuration key, beside the form <c>Section__Key</c> that every setting has.</summary>
/// <param name="Name">Name of the variable.</param>
/// <param name="Key">Configuration key that it sets.</param>
/// <param name="Meaning">One line for the documentation.</param>
public sealed record PlainName(string Name, string Key, string Meaning)
{
    /// <summary>Converts the value of the variable to that of the setting. An unreadable value is passed on to the validation.</summary>
    internal Func<string, string> Convert { get; private init; } = value => value;

    /// <summary>
    /// All plain names. If several names set one key, the first of them wins. <c>docs/configuration.md</c> shows the same table.
    /// </summary>
    public static IReadOnlyList<PlainName> All { get; } =
    [
        new("MAX_RETRY_ATTEMPTS", "Retry:MaxAttempts", "Total number of attempts of a job, including the first."),
        new("MAX_RETRIES", "Retry:MaxAttempts", "Number of attempts after the first one. `MAX_RETRY_ATTEMPTS` wins if both are set.")
        {
            Convert = CountFirstAttempt,
        },
        new("RETRY_DELAY_SECONDS", "Retry:Delay", "Seconds before the second attempt; doubles for each further one.")
        {
            Convert = ConvertSeconds,
        },
        new("WORKER_THREADS", "Jobs:Concurrency", "Jobs that run at the same time in one worker."),
        new(
            "ASYNC_THUMBNAILS", "Ingest:AsyncThumbnails",
            "`false` answers a request when its results are made. `1` and `0` are allowed too.")
        {
            Convert = value => value switch { "1" => "true", "0" => "false", _ => value },
        },
        new("QUEUE_BACKEND", "Bus:Backend", "`rabbitmq`, in any case. The service does not start with another value.")
        {
            Convert = value => value.ToLowerInvariant(),
        },
        new("S3_ENDPOINT", "Storage:S3:Endpoint", "URL of the S3-compatible store."),
        new("S3_BUCKET", "Storage:S3:Bucket", "Bucket; created if it is missing."),
        new("S3_ACCESS_KEY", "Storage:S3:AccessKey", "Access key of the store."),
        new("S3_SECRET_KEY", "Storage:S3:SecretKey", "Secret key of the store."),
        new("S3_REGION", "Storage:S3:Region", "Region name that requests are signed for."),
        new(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "Telemetry:OtlpEndpoint",
            "Collector to which traces, metrics and logs are sent; unset sends none."),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", "Telemetry:OtlpProtocol", "grpc or http/protobuf."),
    ];

    /// <summary>
    /// Variables of libpq, with the keyword of Npgsql for each. Together they make <c>ConnectionStrings:Postgres</c> if it is not set.
    /// </summary>
    internal static IReadOnlyList<(string Name, string Keyword)> Postgres { get; } =
    [
        ("PGHOST", "Host"),
        ("PGPORT", "Port"),
        ("PGUSER", "Username"),
        ("PGPASSWORD", "Password"),
        ("PGDATABASE", "Database"),
    ];

    private static string CountFirstAttempt(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var retries) && retries < int.MaxValue
            ? (retries + 1).ToString(CultureInfo.InvariantCulture)
            : value;

    private static string ConvertSeconds(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
            : value;
}
