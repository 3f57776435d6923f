namespace MangaMotion.Ingest.Api;

/// <summary>Endpoint metadata: a header that the endpoint reads itself.</summary>
internal sealed record RequestHeader(string Name, string Meaning);

internal static class RequestEndpoints
{
    /// <summary>Adds a header to the OpenAPI document.</summary>
    public static RouteHandlerBuilder WithHeader(this RouteHandlerBuilder endpoint, string name, string meaning) =>
        endpoint.WithMetadata(new RequestHeader(name, meaning));

    /// <summary>
    /// Leaves the JSON body of an operation with a form out of the OpenAPI document, and names the operation that has it alone: of two
    /// content types NSwag sends the form as JSON, and Kiota sends no form at all.
    /// </summary>
    public static RouteHandlerBuilder WithJsonBodyOf(this RouteHandlerBuilder endpoint, string name) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody!.Content!.Remove("application/json");
            operation.Description = $"{operation.Description} Accepts the JSON body of `{name}` as well.".TrimStart();
            return Task.CompletedTask;
        });
}
