using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Ingest.Keys;

/// <summary>The API key of a request.</summary>
public sealed record ApiKey(Guid Id, Guid OwnerId, string Name, IReadOnlySet<string> Scopes)
{
    /// <summary>True for the key of <c>MANGAMOTION_API_KEY</c>, which sees all owners and creates keys for every owner.</summary>
    public bool IsFirst { get; init; }

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
