using System.Text.Json;

namespace MangaMotion.Ingest.Api;

/// <summary>
/// Half of a surrogate pair (<c>"\ud800"</c>) is JSON by its grammar and no text: the parser lets it through, and who reads it later
/// gets an exception that looks like a fault of ours.
/// </summary>
internal static class WholeTexts
{
    /// <exception cref="JsonException">A name or a string has half of a pair.</exception>
    public static void Check(JsonElement element)
    {
        try
        {
            Read(element);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("a text has half of a surrogate pair (\\ud800 to \\udfff alone)", exception);
        }
    }

    private static void Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Read(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Read(member.Value);
                }

                break;
        }
    }
}
