using System.Globalization;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>An environment variable with a name of its own, beside the <c>Section__Key</c> form that every setting has.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Key">The configuration key it sets.</param>
/// <param name="Meaning">One line for the documentation.</param>
public sealed record PlainName(string Name, string Key, string Meaning)
{
    /// <summary>From the variable's value to the setting's; a value it cannot read is passed on, for the validation to name.</summary>
    internal Func<string, string> Convert { get; private init; } = value => value;

    /// <summary>Every plain name. <c>docs/configuration.md</c> shows the same table.</summary>
    public static IReadOnlyList<PlainName> All { get; } =
    [
        new("MAX_RETRY_ATTEMPTS", "Retry:MaxAttempts", "Total number of attempts of a job, including the first."),
        new("RETRY_DELAY_SECONDS", "Retry:Delay", "Seconds before the second attempt; doubles for each further one.") { Convert = Seconds },
        new("S3_ENDPOINT", "Storage:S3:Endpoint", "URL of the S3-compatible store."),
        new("S3_BUCKET", "Storage:S3:Bucket", "Bucket; created if it is missing."),
        new("S3_ACCESS_KEY", "Storage:S3:AccessKey", "Access key of the store."),
        new("S3_SECRET_KEY", "Storage:S3:SecretKey", "Secret key of the store."),
        new("S3_REGION", "Storage:S3:Region", "Region name that requests are signed for."),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", "Telemetry:OtlpEndpoint", "Collector to which traces, metrics and logs are sent; unset sends none."),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", "Telemetry:OtlpProtocol", "grpc or http/protobuf."),
    ];

    /// <summary>
    /// The libpq names, which together make <c>ConnectionStrings:Postgres</c> where that is not set itself.
    /// Left the variable, right the keyword of Npgsql.
    /// </summary>
    internal static IReadOnlyList<(string Name, string Keyword)> Postgres { get; } =
    [
        ("PGHOST", "Host"),
        ("PGPORT", "Port"),
        ("PGUSER", "Username"),
        ("PGPASSWORD", "Password"),
        ("PGDATABASE", "Database"),
    ];

    private static string Seconds(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
            : value;
}
