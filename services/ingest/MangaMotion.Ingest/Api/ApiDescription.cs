using MangaMotion.Ingest.Keys;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MangaMotion.Ingest.Api;

/// <summary>OpenAPI document at <c>/openapi/v1.json</c>: descriptions of the endpoints, and the rules that all of them share.</summary>
internal static class ApiDescription
{
    private const string Header = "apiKey";
    private const string Bearer = "bearer";

    private const string Text =
        """
        Hand over files and get, asynchronously and with nothing lost, previews, thumbnails, waveforms, stored records and narrated videos.

        Every request carries an API key, as `X-Api-Key: KEY` or as `Authorization: Bearer KEY`:

            curl -H "X-Api-Key: $KEY" -F files=@photo.jpg https://HOST/api/v1/ingest

        A key has scopes (`submit`, `read`, `operate`) and an owner. Resources of another owner are 404.
        Errors are `application/problem+json` with a stable `code`.
        Lists are paged: `pageToken` is the `nextPageToken` of the previous page.
        """;

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.CreateSchemaReferenceId = ApiSchemas.CreateName;
        options.AddSchemaTransformer((schema, context, _) => ApiSchemas.DescribeAsync(schema, context));
        options.AddOperationTransformer((operation, context, _) => DescribeAsync(operation, context));
        options.AddDocumentTransformer((document, _, _) => DescribeAsync(document));
    });

    private static Task DescribeAsync(OpenApiDocument document)
    {
        document.Info = new() { Title = "MangaMotion", Version = "v1", Description = Text };
        foreach (var server in document.Servers ?? [])
            server.Url = server.Url?.TrimEnd('/');
        document.Tags = document.Paths.Keys.Select(FindGroup).Distinct(StringComparer.Ordinal)
            .Select(name => new OpenApiTag { Name = name }).ToHashSet();
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
        new SchemaPass(document).Run();
        return Task.CompletedTask;
    }

    private static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredScope>().FirstOrDefault() is not { } required)
            return Task.CompletedTask;

        operation.Tags = new HashSet<OpenApiTagReference> { new(FindGroup($"/{context.Description.RelativePath}"), context.Document) };

        // OpenAPI 3.1 lists the required roles of an API key here.
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
            if (response is OpenApiResponse answer)
                Describe(status, answer, operation);
        }

        return Task.CompletedTask;
    }

    private static void Describe(string status, OpenApiResponse response, OpenApiOperation operation)
    {
        if (status is "202" or "302")
            response.Headers = CreateHeader("Location", "URL of the result.");
        if (status is "429" or "503")
            response.Headers = CreateHeader("Retry-After", "Seconds after which to try again.", JsonSchemaType.Integer);

        // A file is a redirect to the store, or its bytes.
        if (status == "200" && operation.Responses!.ContainsKey("302"))
            response.Content = CreateContent("application/octet-stream", new() { Type = JsonSchemaType.String, Format = "binary" });
        if (response.Content?.ContainsKey("text/event-stream") == true)
            response.Content = CreateContent("text/event-stream", new() { Type = JsonSchemaType.String });
    }

    private static Dictionary<string, OpenApiMediaType> CreateContent(string type, OpenApiSchema schema) =>
        new(StringComparer.Ordinal) { [type] = new() { Schema = schema } };

    /// <summary>Returns the first segment after <c>/api/v1</c>.</summary>
    private static string FindGroup(string path) => path.Split('/')[3];

    private static Dictionary<string, IOpenApiHeader> CreateHeader(
        string name, string meaning, JsonSchemaType type = JsonSchemaType.String) =>
        new(StringComparer.Ordinal) { [name] = new OpenApiHeader { Description = meaning, Schema = new OpenApiSchema { Type = type } } };
}
