using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using MangaMotion.Thumbnail.Rendering;

namespace MangaMotion.Architecture;

/// <summary>Published schema of results. The acceptance tests validate real results with the same file.</summary>
public sealed class ResultSchemaTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    [Fact]
    public void The_published_schema_of_a_thumbnail_result_is_that_of_its_records()
    {
        var options = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Annotate };
        var schema = Json.GetJsonSchemaAsNode(typeof(ThumbnailResult), options).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "MangaMotion thumbnail result, version 1");

        Golden.CompareFile(
            Path.Combine("contracts", "schemas", "thumbnail-result.v1.json"),
            schema.ToJsonString(Json).Split('\n'),
            "A member may be added. Any other change is a new version, beside this one.");
    }

    private static JsonNode Annotate(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
            return node;

        // Null values are left out of results, so the schema has no null.
        if (schema["type"] is JsonArray types)
            schema["type"] = types.Select(type => type!.GetValue<string>()).Single(type => type != "null");

        var rules = context.PropertyInfo is { AttributeProvider: { } member }
            ? member.GetCustomAttributes(inherit: false)
            : context.Path.Length == 0 ? context.TypeInfo.Type.GetCustomAttributes(inherit: false) : [];
        foreach (var rule in rules)
        {
            switch (rule)
            {
                case DescriptionAttribute description:
                    schema["description"] = description.Description;
                    break;
                case RangeAttribute { Maximum: int.MaxValue } least:
                    schema["minimum"] = JsonValue.Create(Convert.ToInt64(least.Minimum));
                    break;
                case RangeAttribute range:
                    (schema["minimum"], schema["maximum"]) =
                        (JsonValue.Create(Convert.ToInt64(range.Minimum)), JsonValue.Create(Convert.ToInt64(range.Maximum)));
                    break;
                case RegularExpressionAttribute pattern:
                    schema["pattern"] = pattern.Pattern;
                    break;
                case AllowedValuesAttribute allowed:
                    schema["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create((string?)value))]);
                    break;
            }
        }

        return schema;
    }
}
