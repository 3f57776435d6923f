namespace MangaMotion.Ingest.Api;

/// <summary>Endpoint metadata: a header that the endpoint reads itself.</summary>
internal sealed record RequestHeader(string Name, string Meaning);

internal static class RequestEndpoints
{
    /// <summary>Adds a header to the OpenAPI document.</summary>
    public static RouteHandlerBuilder WithHeader(this RouteHandlerBuilder endpoint, string name, string meaning) =>
        endpoint.WithMetadata(new RequestHeader(name, meaning));

    /// <summary>
    /// Adds the schema of the JSON body to the OpenAPI document, and its name to the description. The operation itself has the form only:
    /// of two content types NSwag sends the form as JSON, and Kiota sends no form at all.
    /// </summary>
    public static RouteHandlerBuilder WithJsonBody<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var schema = await context.GetOrCreateSchemaAsync(typeof(T), parameterDescription: null, cancellationToken);
            context.Document!.AddComponent(typeof(T).Name, schema);
            operation.RequestBody!.Content!.Remove("application/json");
            operation.Description = $"{operation.Description} Accepts a JSON body of the schema `{typeof(T).Name}` as well.".TrimStart();
        });
}
