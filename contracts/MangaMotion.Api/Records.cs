using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>One page of records, each as it was submitted.</summary>
public sealed record RecordPage(IReadOnlyList<JsonElement> Records)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}
