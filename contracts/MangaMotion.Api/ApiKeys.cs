using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Rights that an API key can have.</summary>
[Enumeration("Scope")]
public static class Scopes
{
    /// <summary>Submit files and change what the owner submitted.</summary>
    public const string Submit = "submit";

    /// <summary>Read status, results and files.</summary>
    public const string Read = "read";

    /// <summary>Replay dead letters, pause queues, manage keys.</summary>
    public const string Operate = "operate";

    public static IReadOnlyList<string> All { get; } = [Submit, Read, Operate];
}

/// <summary>Request to create an API key.</summary>
/// <param name="Scopes">One or more of <c>submit</c>, <c>read</c>, <c>operate</c>.</param>
/// <param name="ExpiresAt">Time from which the key is rejected; null: never.</param>
/// <param name="OwnerId">Owner of the key; null: the owner of the key that sends the request. An unknown id creates an owner.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateApiKey(
    [property: StringLength(100, MinimumLength = 1), Example("reader of the shop")] string Name,
    [property: Values(typeof(Scopes))] IReadOnlyList<string> Scopes, Guid? OwnerId = null, DateTimeOffset? ExpiresAt = null);

/// <summary>Request to replace the secret of an API key.</summary>
/// <param name="ExpiresAt">Time from which the new secret is rejected; null keeps the expiry of the key.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RotateApiKey(DateTimeOffset? ExpiresAt = null);

/// <param name="Key">The secret key. It is not shown again; only its hash is stored.</param>
/// <param name="Info">The key as the list shows it.</param>
public sealed record ApiKeyCreated(string Key, ApiKeyInfo Info);

public sealed record ApiKeys(IReadOnlyList<ApiKeyInfo> Keys);

/// <param name="LastUsedAt">Last use, accurate to one minute; null if never used.</param>
public sealed record ApiKeyInfo(
    Guid Id, Guid OwnerId, string Name, [property: Values(typeof(Scopes))] IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Time from which the key is rejected; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>True for the installation's first key (<c>MANGAMOTION_API_KEY</c>), which makes keys for every owner.</summary>
    public bool IsFirst { get; init; }
}
