using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Headers and secrets of the Standard Webhooks specification (standardwebhooks.com), version 1.</summary>
internal static class WebhookSigner
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";

    /// <summary>Key length in bytes; the specification allows 24 to 64.</summary>
    private const int KeyLength = 32;

    public static string CreateSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>Adds the three headers to a request.</summary>
    /// <param name="secrets">Each gives a signature, in this order. Some receivers read the first one only.</param>
    public static void Sign(HttpRequestMessage request, string id, string body, IEnumerable<string> secrets, DateTimeOffset time)
    {
        var timestamp = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var content = Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}");
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, string.Join(' ', secrets.Select(secret => $"v1,{ComputeMac(secret, content)}")));
    }

    private static string ComputeMac(string secret, byte[] content) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), content));
}
