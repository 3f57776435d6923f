using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace MangaMotion.Comics.Script;

/// <summary>Creates the JSON schema of a script from its records.</summary>
public static class ScriptSchema
{
    /// <summary>Creates the schema (JSON Schema 2020-12).</summary>
    public static JsonObject Create()
    {
        var schema = ScriptJson.Options.GetJsonSchemaAsNode(
            typeof(VideoScript),
            new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = AddAnnotations }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "MangaMotion video script, version 1");
        return schema;
    }

    private static JsonNode AddAnnotations(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
            return node;
        if (schema.ContainsKey("properties"))
            schema["additionalProperties"] = false;

        var member = context.PropertyInfo?.AttributeProvider;
        foreach (var rule in member?.GetCustomAttributes(inherit: false) ?? [])
        {
            switch (rule)
            {
                case RangeAttribute range:
                    schema["minimum"] = JsonValue.Create(Convert.ToDecimal(range.Minimum));
                    schema["maximum"] = JsonValue.Create(Convert.ToDecimal(range.Maximum));
                    break;
                case StringLengthAttribute length:
                    if (length.MinimumLength > 0)
                        schema["minLength"] = length.MinimumLength;
                    schema["maxLength"] = length.MaximumLength;
                    break;
                case LengthAttribute length:
                    schema["minItems"] = length.MinimumLength;
                    schema["maxItems"] = length.MaximumLength;
                    break;
                case AllowedValuesAttribute allowed:
                    schema["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create((string?)value))]);
                    break;
                case DescriptionAttribute { Description: var text }:
                    schema["description"] = text;
                    break;
            }
        }

        if (member is null && context.TypeInfo.Type.GetCustomAttribute<DescriptionAttribute>() is { } type)
            schema["description"] = type.Description;
        return schema;
    }
}
