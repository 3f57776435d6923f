using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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

/// <param name="Secret">Keep it where the receiver of the callbacks can read it.</param>
public sealed record WebhookSecret(string Secret);

/// <summary>For receivers of callbacks: whether one comes from MangaMotion.</summary>
public static class WebhookSignature
{
    /// <summary>The header that carries the signature, <c>t=SECONDS,v1=HEX</c>.</summary>
    public const string Header = "X-MangaMotion-Signature";

    private static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Checks a request's signature; take the body as it came, byte by byte.</summary>
    /// <param name="header">The value of <see cref="Header"/>.</param>
    /// <param name="secret">From <c>GET /webhooks/secret</c>.</param>
    /// <param name="tolerance">Age beyond which a request is refused as a copy; 5 minutes by default.</param>
    public static bool IsValid(string header, ReadOnlySpan<byte> body, string secret, DateTimeOffset now, TimeSpan? tolerance = null)
    {
        if (header.Split(',') is not [['t', '=', .. var seconds], ['v', '1', '=', .. var mac]]
            || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            || Math.Abs((double)now.ToUnixTimeSeconds() - time) > (tolerance ?? DefaultTolerance).TotalSeconds)
        {
            return false;
        }

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{seconds}."), .. body];
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(mac));
    }
}
