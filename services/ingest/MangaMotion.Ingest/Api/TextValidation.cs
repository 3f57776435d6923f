using System.Text.Json;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Api;

/// <summary>Rejects texts that the database or a later reader cannot hold: null characters and unpaired surrogates.</summary>
internal static class TextValidation
{
    /// <summary>Endpoint filter that rejects a query with a null character. Postgres has no text with one.</summary>
    public static ValueTask<object?> RejectNullCharacters(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true
            ? throw new ProblemException(400, "null_character", "The query has a null character (%00). Send it without.")
            : next(context);

    /// <summary>
    /// Rejects half of a surrogate pair (<c>"\ud800"</c>) in names and strings. It is valid by the grammar of JSON, and the parser
    /// fails only when the string is read.
    /// </summary>
    /// <exception cref="JsonException">A name or a string has half of a pair.</exception>
    public static void Check(JsonElement element)
    {
        try
        {
            ReadTexts(element);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("a text has half of a surrogate pair (\\ud800 to \\udfff alone)", exception);
        }
    }

    private static void ReadTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    ReadTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
        }
    }
}
