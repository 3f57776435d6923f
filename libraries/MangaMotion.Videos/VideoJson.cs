using System.Text.Json;
using MangaMotion.Comics.Script;

namespace MangaMotion.Videos;

/// <summary>JSON of rows and of objects in the store: the options of scripts, on one line.</summary>
public static class VideoJson
{
    public static JsonSerializerOptions Options { get; } = new(ScriptJson.Options) { WriteIndented = false, MaxDepth = 64 };

    /// <summary>Reads a document of a row.</summary>
    /// <exception cref="JsonException">The document has another shape, or is null.</exception>
    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"The row contains null instead of a {typeof(T).Name}.");
}
