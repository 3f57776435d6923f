using System.Text.Json;

namespace MangaMotion.Ingest.Ingests;

/// <summary>Checks the parameters of a thumbnail job at the door, by name.</summary>
internal static class ThumbnailParams
{
    public static void Check(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw IngestRequest.Invalid("params", "must be a JSON object");
    }
}
