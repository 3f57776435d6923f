using System.Reflection;
using System.Text.Json.Nodes;
using MangaMotion.Api;
using Microsoft.OpenApi;

namespace MangaMotion.Ingest.Api;

/// <summary>
/// Last pass over the document. Texts with constants as values become references to named enumerations. Members of answers are required,
/// because an answer always has all its members.
/// </summary>
internal sealed class SchemaPass(OpenApiDocument document)
{
    private readonly HashSet<string> _requested = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    public void Run()
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
                parameter.Schema = Visit(parameter.Schema, _requested);
            foreach (var (type, media) in operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>())
            {
                media.Schema = Visit(media.Schema, _requested);
                if (type == "multipart/form-data")
                    WriteFiles(Resolve(media.Schema!));
            }

            var responses = operation.Responses?.Values ?? Enumerable.Empty<IOpenApiResponse>();
            foreach (var media in responses.SelectMany(response => response.Content?.Values ?? []))
                media.Schema = Visit(media.Schema, _answered);
        }

        // No operation refers to the schemas of JSON bodies.
        var others = document.Components!.Schemas!.Where(each => !_answered.Contains(each.Key) && !_requested.Contains(each.Key));
        foreach (var (name, schema) in others.ToList())
            document.Components.Schemas![name] = Visit(schema, _requested)!;
        foreach (var name in _answered.Except(_requested).Where(name => name != nameof(Problem)))
            RequireMembers(Resolve(document.Components.Schemas![name]));
        document.Components.Schemas!.Remove(nameof(IFormFile));
    }

    private IOpenApiSchema? Visit(IOpenApiSchema? schema, HashSet<string> reached)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id })
        {
            // The framework always makes a component of this type.
            if (id == nameof(IFormFile))
                return new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = schema.Description };
            if (reached.Add(id))
                Visit(document.Components!.Schemas![id], reached);
            return schema;
        }

        if (schema is not OpenApiSchema inline)
            return schema;
        foreach (var (name, property) in (inline.Properties ?? new Dictionary<string, IOpenApiSchema>()).ToList())
            inline.Properties![name] = Visit(property, reached)!;
        if (inline.Type?.HasFlag(JsonSchemaType.Array) == true)
            inline.Items = Visit(inline.Items ?? new OpenApiSchema(), reached);
        inline.OneOf = inline.OneOf?.Select(each => Visit(each, reached)!).ToList();
        return inline.Metadata?.TryGetValue(ApiSchemas.ValuesOf, out var constants) == true
            ? ReferTo((Type)constants, inline)
            : inline;
    }

    /// <summary>Replaces a text, or the items of a list, by a reference to the enumeration of its values.</summary>
    private IOpenApiSchema ReferTo(Type constants, OpenApiSchema schema)
    {
        var name = constants.GetCustomAttribute<EnumerationAttribute>()!.Name;
        document.Components!.Schemas!.TryAdd(name, new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. ReadValues(constants).Select(value => (JsonNode)JsonValue.Create(value))],
        });
        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true)
        {
            schema.Items = new OpenApiSchemaReference(name, document);
            return schema;
        }

        return schema.Type?.HasFlag(JsonSchemaType.Null) == true
            ? new OpenApiSchema
            {
                OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, new OpenApiSchemaReference(name, document)],
                Description = schema.Description,
            }
            : new OpenApiSchemaReference(name, document) { Description = schema.Description };
    }

    private static IEnumerable<string> ReadValues(Type constants) =>
        constants.GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

    /// <summary>
    /// Writes the files of a form where they stand. A list of files is empty, not null. Other optional parts stay nullable, because NSwag
    /// rejects null for every other part, optional or not.
    /// </summary>
    private static void WriteFiles(OpenApiSchema form)
    {
        foreach (var (name, property) in (form.Properties ?? new Dictionary<string, IOpenApiSchema>()).ToList())
        {
            if ((property.OneOf is [_, var inner] ? inner : property) is not OpenApiSchema file)
                continue;
            file.Description ??= property.Description;
            if (file is { Format: "binary", Type: JsonSchemaType.String })
                file.Type |= JsonSchemaType.Null;
            if (file.Type?.HasFlag(JsonSchemaType.Array) == true)
                file.Type = JsonSchemaType.Array;
            form.Properties![name] = file;
        }
    }

    private static void RequireMembers(OpenApiSchema schema)
    {
        if (schema.Properties is { Count: > 0 } properties)
            schema.Required = properties.Keys.ToHashSet(StringComparer.Ordinal);
    }

    private OpenApiSchema Resolve(IOpenApiSchema schema) =>
        schema is OpenApiSchemaReference { Reference.Id: { } id }
            ? (OpenApiSchema)document.Components!.Schemas![id]
            : (OpenApiSchema)schema;
}
