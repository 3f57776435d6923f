using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MangaMotion.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MangaMotion.Ingest.Api;

/// <summary>Schemas of the OpenAPI document: names, allowed values, examples, and the problem.</summary>
internal static class ApiSchemas
{
    /// <summary>Metadata of a schema: the class of constants that are its values.</summary>
    public const string ValuesOf = "mangamotion-values";

    /// <summary>Names the component of a type; null for types whose schema stands where it is used.</summary>
    public static string? CreateName(JsonTypeInfo type) =>
        type.Type == typeof(ProblemDetails) ? nameof(Problem)
        : type.Type == typeof(JsonElement) || type.Type == typeof(JsonElement?) || type.Type == typeof(IFormFileCollection) ? null
        : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (FindAttributes(context) is { } attributes)
            Describe(schema, attributes);
        if (schema.Enum is { Count: > 0 } values)
        {
            // Null is a type of its own where a property allows it.
            schema.Enum = [.. values.Where(value => value is not null)];
            schema.Type ??= JsonSchemaType.String;
        }

        if (context.JsonTypeInfo.Type == typeof(ProblemDetails))
            DescribeProblem(schema);
        // Kiota warns of this format.
        if (schema.Format == "uri")
            schema.Format = null;
        return Task.CompletedTask;
    }

    private static ICustomAttributeProvider? FindAttributes(OpenApiSchemaTransformerContext context) =>
        context.JsonPropertyInfo?.AttributeProvider
        ?? (context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo;

    private static void Describe(OpenApiSchema schema, ICustomAttributeProvider attributes)
    {
        if (Find<AllowedValuesAttribute>(attributes) is { } allowed)
            schema.Enum = [.. allowed.Values.Select(value => (JsonNode)JsonValue.Create((string)value!))];
        if (Find<ExampleAttribute>(attributes) is { } example)
            schema.Examples = [ReadExample(schema, example.Value)];
        if (Find<ValuesAttribute>(attributes) is { } values)
        {
            schema.Metadata ??= new Dictionary<string, object>(StringComparer.Ordinal);
            schema.Metadata[ValuesOf] = values.Constants;
        }
    }

    private static T? Find<T>(ICustomAttributeProvider attributes) where T : Attribute =>
        attributes.GetCustomAttributes(typeof(T), inherit: false).OfType<T>().FirstOrDefault();

    private static JsonValue ReadExample(OpenApiSchema schema, string value) =>
        schema.Type?.HasFlag(JsonSchemaType.Integer) == true
            ? JsonValue.Create(int.Parse(value, CultureInfo.InvariantCulture))
            : JsonValue.Create(value);

    private static void DescribeProblem(OpenApiSchema schema)
    {
        schema.Description = "Error answer (RFC 9457).";
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("`urn:mangamotion:problem:` and the code.", "urn:mangamotion:problem:unknown_ingest"),
            ["title"] = Text("Name of the HTTP status.", "Not Found"),
            ["status"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Format = "int32",
                Description = "HTTP status code.",
                Examples = [404],
            },
            ["detail"] = Text(
                "Reason and remedy, for people.", "There is no ingest with this id, or it is not yours.",
                JsonSchemaType.String | JsonSchemaType.Null),
            ["code"] = Text("Stable error code for programs.", "unknown_ingest"),
            ["traceId"] = Text("Id with which an operator finds the request in the log.", "4bf92f3577b34da6a3ce929d0e0e4736"),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = DescribeFault(),
                Description = "Each fault of a script that was sent (`invalid_script`).",
            },
        };
        schema.Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "code", "traceId" };
    }

    private static OpenApiSchema DescribeFault() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["shot"] = Text("Id of the shot; null for a fault outside of a shot.", "p001-s02", JsonSchemaType.String | JsonSchemaType.Null),
            ["field"] = Text("Member by its name in JSON.", "panel.x"),
            ["message"] = Text("Reason, and what is allowed.", "-5 is outside the page."),
        },
        Required = new HashSet<string>(StringComparer.Ordinal) { "shot", "field", "message" },
    };

    private static OpenApiSchema Text(string description, string example, JsonSchemaType type = JsonSchemaType.String) =>
        new() { Type = type, Description = description, Examples = [example] };
}
