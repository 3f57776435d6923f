using System.Security.Cryptography;
using System.Text.Json;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Planning;

/// <summary>Hash of everything that makes a part. Parts with the same hash are equal, so the second one need not be made.</summary>
internal static class ContentHash
{
    /// <summary>Hashes the JSON of the ingredients.</summary>
    /// <returns>Lower-case hex.</returns>
    public static string Compute(params ReadOnlySpan<object?> ingredients)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var ingredient in ingredients)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(ingredient, VideoJson.Options);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
