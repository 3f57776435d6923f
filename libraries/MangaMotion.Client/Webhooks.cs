using System.Text.Json.Serialization;

namespace MangaMotion.Client;

/// <summary>One page of deliveries, the newest first.</summary>
public sealed record WebhookDeliveries(IReadOnlyList<WebhookDelivery> Deliveries)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>What a callback_url was sent, or will be.</summary>
/// <param name="Status">WAITING for the end of the ingest, PENDING, DELIVERED or FAILED.</param>
/// <param name="LastError">Why the last attempt was not taken.</param>
public sealed record WebhookDelivery(
    Guid Id, Guid JobId, string Url, string Status, int Attempts, string? LastError, DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt, DateTimeOffset? DeliveredAt, DateTimeOffset? NextAttemptAt);

/// <summary>Secret of the owner's webhooks. Receivers verify a delivery with a library of standardwebhooks.com.</summary>
/// <param name="Secret"><c>whsec_</c> and the key in base64.</param>
public sealed record WebhookSecret(string Secret);
