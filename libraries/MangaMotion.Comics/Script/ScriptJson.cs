using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MangaMotion.Comics.Script;

/// <summary>The JSON form of a script: names in snake_case, as <c>contracts/schemas/video-script.v1.json</c> says.</summary>
public static class ScriptJson
{
    /// <summary>Takes members that it does not know, so that an older worker reads what a newer one wrote.</summary>
    public static JsonSerializerOptions Options { get; } = Create(JsonUnmappedMemberHandling.Skip);

    /// <summary>For documents that people edit: a misspelt member is an error and not a change that did nothing.</summary>
    private static JsonSerializerOptions Strict { get; } = Create(JsonUnmappedMemberHandling.Disallow);

    public static byte[] Write(VideoScript script) => JsonSerializer.SerializeToUtf8Bytes(script, Options);

    /// <exception cref="JsonException">This is no script.</exception>
    public static VideoScript Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<VideoScript>(json, Options) ?? throw new JsonException("The script is null.");

    /// <summary>Reads a script that somebody edited and checks it against the one that it replaces.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="script">The new script; null where there are errors.</param>
    /// <returns>Everything that is wrong with it; empty when the new script may be taken.</returns>
    public static IReadOnlyList<ScriptError> ReadEdited(ReadOnlySpan<byte> json, VideoScript original, out VideoScript? script)
    {
        script = null;
        try
        {
            var edited = JsonSerializer.Deserialize<VideoScript>(json, Strict);
            if (edited is null)
                return [new ScriptError(null, "", "The script is null; send the whole document.")];
            var errors = ScriptRules.CheckEdit(original, edited);
            if (errors.Count == 0)
                script = edited;
            return errors;
        }
        catch (JsonException exception)
        {
            var field = exception.Path is { } path ? path.TrimStart('$').TrimStart('.') : "";
            return [new ScriptError(null, field, $"{Sentence(exception)} See the schema video-script.v1.json.")];
        }
    }

    /// <summary>The serializer's words without the positions that it adds at the end, and without the names of our types.</summary>
    private static string Sentence(JsonException exception) => exception switch
    {
        { Message: var text } when text.Contains("could not be mapped", StringComparison.Ordinal) => $"There is no member {Quoted(text)} here.",
        { Message: var text } when text.Contains("missing required properties", StringComparison.Ordinal) => $"Members are missing: {text[(text.IndexOf(':') + 1)..].Trim().TrimEnd('.')}.",
        { Message: var text } when text.Contains("could not be converted", StringComparison.Ordinal) => "The value has the wrong type or is none of the allowed ones.",
        { InnerException: null } => "A value is null or missing that must be there.",
        _ => $"This is not valid JSON, at line {exception.LineNumber + 1}.",
    };

    private static string Quoted(string text) => text.Split('\'') is [_, var name, ..] ? $"'{(name.Length <= 50 ? name : $"{name[..50]}…")}'" : "of that name";

    private static JsonSerializerOptions Create(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = unmapped,
            RespectNullableAnnotations = true,
            AllowDuplicateProperties = unmapped == JsonUnmappedMemberHandling.Skip,
            // Lines are read by people; the document is never put into a page without being escaped there.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = true,
            MaxDepth = 8,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }
}
