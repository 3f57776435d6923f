using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Ingest.Keys;

/// <summary>A caller, as known by the key it sent.</summary>
public sealed record ApiKey(Guid Id, Guid OwnerId, IReadOnlySet<string> Scopes)
{
    /// <summary>The key of <c>MANGAMOTION_API_KEY</c>, which makes keys for every owner.</summary>
    public bool IsFirst { get; init; }

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
