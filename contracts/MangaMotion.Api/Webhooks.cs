using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Statuses of a webhook delivery.</summary>
[Enumeration("WebhookDeliveryStatus")]
public static class WebhookDeliveryStatuses
{
    /// <summary>The ingest is not finished.</summary>
    public const string Waiting = "WAITING";

    /// <summary>Due, or waiting for its next attempt.</summary>
    public const string Pending = "PENDING";

    public const string Delivered = "DELIVERED";

    /// <summary>All attempts failed.</summary>
    public const string Failed = "FAILED";

    public static IReadOnlyList<string> All { get; } = [Waiting, Pending, Delivered, Failed];
}

/// <summary>One page of webhook deliveries, newest first.</summary>
public sealed record WebhookDeliveries(IReadOnlyList<WebhookDelivery> Deliveries)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>One notification of a <c>callback_url</c>.</summary>
/// <param name="Status">WAITING (the ingest is not finished), PENDING, DELIVERED or FAILED.</param>
/// <param name="LastError">Why the last attempt failed.</param>
public sealed record WebhookDelivery(
    Guid Id, Guid JobId, string Url, [property: Values(typeof(WebhookDeliveryStatuses))] string Status, int Attempts,
    string? LastError, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt, DateTimeOffset? DeliveredAt, DateTimeOffset? NextAttemptAt);

/// <summary>Secret of the owner's webhooks. Receivers verify a delivery with a library of standardwebhooks.com.</summary>
/// <param name="Secret"><c>whsec_</c> and the key in base64.</param>
public sealed record WebhookSecret(string Secret);
