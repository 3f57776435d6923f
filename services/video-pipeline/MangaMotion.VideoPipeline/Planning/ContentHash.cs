using System.Security.Cryptography;
using System.Text.Json;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Film;

/// <summary>A hash of everything that made something: the same hash is the same bytes, so they need not be made again.</summary>
internal static class ContentHash
{
    /// <returns>Lower-case hex.</returns>
    public static string Of(params ReadOnlySpan<object?> ingredients)
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
