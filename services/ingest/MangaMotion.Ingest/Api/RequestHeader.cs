namespace MangaMotion.Ingest.Api;

/// <summary>Endpoint metadata: a header that the endpoint reads itself.</summary>
internal sealed record RequestHeader(string Name, string Meaning);

internal static class RequestHeaderEndpoints
{
    /// <summary>Tells of a header in the OpenAPI document.</summary>
    public static RouteHandlerBuilder WithHeader(this RouteHandlerBuilder endpoint, string name, string meaning) =>
        endpoint.WithMetadata(new RequestHeader(name, meaning));
}
