using System.Text.Json;
using MangaMotion.Comics.Script;

namespace MangaMotion.VideoPipeline;

/// <summary>JSON of rows and of objects in the store: as scripts are written, on one line.</summary>
internal static class VideoJson
{
    public static JsonSerializerOptions Options { get; } = new(ScriptJson.Options) { WriteIndented = false, MaxDepth = 64 };
}
