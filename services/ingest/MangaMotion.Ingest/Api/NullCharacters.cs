using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Api;

/// <summary>Refuses a query with a null character: no text in the database has one, and the database takes no parameter with one.</summary>
internal sealed class NullCharacters : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true
            ? throw new ProblemException(400, "null_character", "The query has a null character (%00), which nothing here has.")
            : next(context);
}
