namespace MangaMotion.Client;

/// <summary>A request for a key.</summary>
/// <param name="Scopes">One or more of <c>submit</c>, <c>read</c>, <c>operate</c>.</param>
/// <param name="OwnerId">Whose things it opens; null is the owner of the key that asks. A new id is a new owner.</param>
public sealed record CreateApiKey(string Name, IReadOnlyList<string> Scopes, Guid? OwnerId = null);

/// <param name="Key">Shown this once; only its hash is kept.</param>
/// <param name="Info">What the list shows of it.</param>
public sealed record ApiKeyCreated(string Key, ApiKeyAnswer Info);

public sealed record ApiKeys(IReadOnlyList<ApiKeyAnswer> Keys);

/// <param name="LastUsedAt">To the minute; null if never.</param>
public sealed record ApiKeyAnswer(
    Guid Id, Guid OwnerId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);
