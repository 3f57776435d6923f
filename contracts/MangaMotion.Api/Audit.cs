using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>One page of changes, newest first.</summary>
public sealed record AuditList(IReadOnlyList<AuditEntry> Entries)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <summary>A change that a caller made.</summary>
/// <param name="KeyId">Key of the request.</param>
/// <param name="Action">Name of the operation, such as <c>cancelJob</c>.</param>
/// <param name="Target">Id or name of what was changed; null for a change of several things.</param>
/// <param name="Filter">Parameters that chose what was changed.</param>
/// <param name="Count">Number of things that were changed, if the action counts them.</param>
public sealed record AuditEntry(
    Guid Id, DateTimeOffset At, Guid OwnerId, Guid KeyId, string KeyName, string Action, string? Target, JsonElement? Filter, long? Count);

/// <summary>Request to remove a file, and the videos made of it, wherever it was submitted.</summary>
/// <param name="Sha256">SHA-256 of the file, 64 hexadecimal digits.</param>
/// <param name="Owner">Owner whose files are removed, or * for all; default: the owner of the key. Only for the first key.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TakedownRequest(string Sha256, string? Owner = null);

/// <summary>Number of removed files and videos.</summary>
public sealed record TakedownResult(int Assets, int Videos);
