using System.Text.Json;
using System.Text.RegularExpressions;

namespace MangaMotion.Acceptance;

/// <summary>
/// Validator of a JSON value against a schema of <c>contracts/schemas</c>. It has the keywords that those use, and rejects unknown members.
/// </summary>
internal sealed class PublishedSchema
{
    private readonly JsonElement _schema;

    private PublishedSchema(string file) =>
        _schema = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", file)));

    public static PublishedSchema ThumbnailResult { get; } = new("thumbnail-result.v1.json");

    public static PublishedSchema VideoPreset { get; } = new("video-preset.v1.json");

    /// <summary>Finds the problems of a value, one line each.</summary>
    public IReadOnlyList<string> Problems(JsonElement value) => [.. Problems(_schema, value, "$")];

    private static IEnumerable<string> Problems(JsonElement schema, JsonElement value, string at)
    {
        foreach (var rule in schema.EnumerateObject())
        {
            foreach (var problem in Problems(schema, rule, value, at))
                yield return problem;
        }
    }

    private static IEnumerable<string> Problems(JsonElement schema, JsonProperty rule, JsonElement value, string at) => rule.Name switch
    {
        "type" => Unless(IsOf(rule.Value.GetString()!, value), $"{at} is {value.GetRawText()}, no {rule.Value}"),
        "enum" => Unless(
            rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
            $"{at} is {value.GetRawText()}, none of {rule.Value}"),
        "pattern" => Unless(
            Regex.IsMatch(value.GetString()!, rule.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
            $"{at} is {value.GetRawText()}, not as {rule.Value}"),
        "minimum" => Unless(value.GetDouble() >= rule.Value.GetDouble(), $"{at} is {value.GetRawText()}, below {rule.Value}"),
        "maximum" => Unless(value.GetDouble() <= rule.Value.GetDouble(), $"{at} is {value.GetRawText()}, above {rule.Value}"),
        "required" => rule.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(
            name => $"{at}.{name} is missing"),
        "properties" => value.EnumerateObject().SelectMany(member => rule.Value.TryGetProperty(member.Name, out var inner)
            ? Problems(inner, member.Value, $"{at}.{member.Name}")
            : [$"{at}.{member.Name} is not in the schema"]),
        "items" => value.EnumerateArray().SelectMany((item, index) => Problems(rule.Value, item, $"{at}[{index}]")),
        "$schema" or "title" or "description" or "additionalProperties" => [],
        var word => throw new NotSupportedException($"The schema {schema} has the word '{word}', which is not checked here."),
    };

    private static IEnumerable<string> Unless(bool holds, string problem) => holds ? [] : [problem];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };
}
