using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using MangaMotion.Ingest.Keys;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MangaMotion.Ingest.Api;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>: what the endpoints say of themselves, and what holds for all of them.</summary>
internal static class ApiDescription
{
    private const string Header = "apiKey";
    private const string Bearer = "bearer";

    private const string Text =
        """
        Hand over files and get, asynchronously and with nothing lost, previews, thumbnails, waveforms, stored records and narrated videos.

        Every request carries an API key, as `X-Api-Key: KEY` or as `Authorization: Bearer KEY`:

            curl -H "X-Api-Key: $KEY" -F files=@photo.jpg https://HOST/api/v1/ingest

        A key has scopes (`submit`, `read`, `operate`) and an owner; what belongs to another owner is 404.
        Errors are `application/problem+json` with a stable `code`. Lists go on by `pageToken`, which is the `nextPageToken` of the page before.
        """;

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) => DescribeAsync(document));
        options.AddOperationTransformer((operation, context, _) => DescribeAsync(operation, context));
        options.AddSchemaTransformer((schema, context, _) => DescribeAsync(schema, context));
    });

    private static Task DescribeAsync(OpenApiDocument document)
    {
        document.Info = new() { Title = "MangaMotion", Version = "v1", Description = Text };
        // Where it is served from is the deployment's matter, and would differ from one start to the next.
        document.Servers = [];
        document.Tags = document.Paths.Keys.Select(GroupOf).Distinct(StringComparer.Ordinal).Select(name => new OpenApiTag { Name = name }).ToHashSet();
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Header] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-Api-Key",
                Description = "For example `X-Api-Key: mm_4f0c…`.",
            },
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The same key: `Authorization: Bearer mm_4f0c…`.",
            },
        };
        return Task.CompletedTask;
    }

    private static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredScope>().FirstOrDefault() is not { } required)
            return Task.CompletedTask;

        operation.Tags = new HashSet<OpenApiTagReference> { new(GroupOf($"/{context.Description.RelativePath}"), context.Document) };

        // Of an API key OpenAPI 3.1 lists the roles that are needed.
        List<string> scopes = required.Scope is { } scope ? [scope] : [];
        operation.Security =
        [
            new() { [new OpenApiSecuritySchemeReference(Header, context.Document)] = scopes },
            new() { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = scopes },
        ];
        foreach (var header in context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestHeader>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                In = ParameterLocation.Header,
                Name = header.Name,
                Description = header.Meaning,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response is not OpenApiResponse answer)
                continue;
            if (status is "202" or "302")
                answer.Headers = HeaderNamed("Location", "Where to look next.");
            if (status is "429" or "503")
                answer.Headers = HeaderNamed("Retry-After", "Seconds after which to try again.", JsonSchemaType.Integer);
        }

        return Task.CompletedTask;
    }

    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: false) is [AllowedValuesAttribute allowed])
            schema.Enum = [.. allowed.Values.Select(value => (JsonNode)JsonValue.Create((string)value!))];
        if (context.JsonTypeInfo.Type != typeof(ProblemDetails))
            return Task.CompletedTask;
        schema.Description = "RFC 9457.";
        schema.Properties!["code"] = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = "What went wrong, for programs: stable.",
            Examples = [JsonValue.Create("unknown_ingest")],
        };
        schema.Properties["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "For the operator, who finds it in the log." };
        schema.Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "code", "traceId" };
        return Task.CompletedTask;
    }

    /// <summary>The first segment after <c>/api/v1</c>.</summary>
    private static string GroupOf(string path) => path.Split('/')[3];

    private static Dictionary<string, IOpenApiHeader> HeaderNamed(string name, string meaning, JsonSchemaType type = JsonSchemaType.String) => new(StringComparer.Ordinal)
    {
        [name] = new OpenApiHeader { Description = meaning, Schema = new OpenApiSchema { Type = type } },
    };
}
