using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>
/// Reads and writes scripts as JSON in the shape of <c>contracts/schemas/video-script.v1.json</c>, with names in snake_case.
/// </summary>
public static class ScriptJson
{
    private static readonly Type[] Enumerations =
        [typeof(ReadingDirection), typeof(ValueSource), typeof(CameraMove), typeof(ShotTransition), typeof(ShotFlag)];

    /// <summary>Options that skip unknown members, so that an older worker can read the script of a newer one.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions(JsonUnmappedMemberHandling.Skip);

    /// <summary>Options for edited documents. A misspelt member is an error, because its change would be lost silently.</summary>
    private static JsonSerializerOptions Strict { get; } = CreateOptions(JsonUnmappedMemberHandling.Disallow);

    /// <summary>Writes a script as UTF-8.</summary>
    public static byte[] Write(VideoScript script) => JsonSerializer.SerializeToUtf8Bytes(script, Options);

    /// <summary>Reads a script.</summary>
    /// <exception cref="JsonException">The document is not a script.</exception>
    public static VideoScript Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<VideoScript>(json, Options) ?? throw new JsonException("The script is null.");

    /// <summary>Reads a cast.</summary>
    /// <exception cref="JsonException">The document is not a cast.</exception>
    public static ScriptCast ReadCast(string json) =>
        JsonSerializer.Deserialize<ScriptCast>(json, Options) ?? throw new JsonException("The cast is null.");

    /// <summary>Reads an edited script and checks it against the script that it replaces.</summary>
    /// <param name="json">Document in UTF-8.</param>
    /// <param name="script">The edited script; null if there are errors.</param>
    /// <returns>Errors; empty if the edited script is valid.</returns>
    public static IReadOnlyList<ScriptError> ReadEdited(ReadOnlySpan<byte> json, VideoScript original, out VideoScript? script)
    {
        script = null;
        try
        {
            var edited = JsonSerializer.Deserialize<VideoScript>(json, Strict);
            if (edited is null)
                return [new ScriptError(null, "", "The script is null. Send the whole document.")];
            var errors = ScriptRules.CheckEdit(original, edited);
            if (errors.Count == 0)
                script = WithSources(edited, original);
            return errors;
        }
        catch (JsonException exception)
        {
            var field = exception.Path is { } path ? path.TrimStart('$').TrimStart('.') : "";
            return [new ScriptError(null, field, DescribeError(exception))];
        }
    }

    /// <summary>An edited value was requested by its owner; the rest is as the service has set it.</summary>
    private static VideoScript WithSources(VideoScript edited, VideoScript original)
    {
        var shots = original.Shots.ToDictionary(shot => shot.Id);
        return edited with
        {
            DirectionFrom = edited.Direction == original.Direction ? original.DirectionFrom : ValueSource.Request,
            DirectionConfidence = edited.Direction == original.Direction ? original.DirectionConfidence : null,
            LanguageFrom = edited.Language == original.Language ? original.LanguageFrom : ValueSource.Request,
            LanguageConfidence = edited.Language == original.Language ? original.LanguageConfidence : null,
            Notes = original.Notes,
            Shots = [.. edited.Shots.Select(shot => WithoutReading(shot, shots[shot.Id]))],
        };
    }

    /// <summary>
    /// A line that its owner wrote was not read, so its reading is no reason to check it, and the pause of a silent shot does not fit it.
    /// </summary>
    private static ScriptShot WithoutReading(ScriptShot edited, ScriptShot original) => edited.Line == original.Line
        ? edited with { LineConfidence = original.LineConfidence }
        : edited with
        {
            LineConfidence = null,
            Flag = edited.Flag is ShotFlag.Unread or ShotFlag.DoubtfulLine ? null : edited.Flag,
            Duration = original.Line is null && edited.Duration == original.Duration ? null : edited.Duration,
        };

    /// <summary>Describes a serializer error without type names and byte positions.</summary>
    private static string DescribeError(JsonException exception)
    {
        var text = exception.Message;
        if (text.Contains("could not be mapped", StringComparison.Ordinal))
            return $"There is no member {QuoteMember(text)} here.";
        if (text.Contains("missing required properties", StringComparison.Ordinal))
            return $"Required members are missing: {text[(text.IndexOf(':') + 1)..].Trim().TrimEnd('.')}.";
        if (text.Contains("could not be converted", StringComparison.Ordinal))
            return DescribeType(text);
        return exception.InnerException is null
            ? "A required value is null or missing."
            : $"The document is not valid JSON at line {exception.LineNumber + 1}.";
    }

    /// <summary>Names the values that are allowed where the serializer names the type that it expected.</summary>
    private static string DescribeType(string text)
    {
        var expected = Array.Find(Enumerations, type => text.Contains(type.FullName!, StringComparison.Ordinal));
        if (expected is null)
            return "The value has the wrong type.";
        var names = Enum.GetValues(expected).Cast<object>()
            .Select(value => JsonSerializer.SerializeToElement(value, expected, Options).GetString());
        return $"The value must be one of {string.Join(", ", names)}.";
    }

    private static string QuoteMember(string text)
    {
        if (text.Split('\'') is not [_, var name, ..])
            return "of that name";
        return name.Length <= 50 ? $"'{name}'" : $"'{name[..50]}…'";
    }

    private static JsonSerializerOptions CreateOptions(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = unmapped,
            RespectNullableAnnotations = true,
            AllowDuplicateProperties = unmapped == JsonUnmappedMemberHandling.Skip,
            // People read the lines. Pages that embed the document escape it.
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
