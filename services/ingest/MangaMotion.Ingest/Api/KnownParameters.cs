using System.Collections.Concurrent;
using System.Reflection;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Metadata;

namespace MangaMotion.Ingest.Api;

/// <summary>Endpoint metadata: the endpoint checks the names of its query parameters itself.</summary>
internal sealed record OpenQuery;

/// <summary>Refuses query parameters that the endpoint does not have: a misspelt filter would show too much.</summary>
internal sealed class KnownParameters : IEndpointFilter
{
    private readonly ConcurrentDictionary<Endpoint, string[]> _known = new();

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.Query.Count > 0 && http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<OpenQuery>() is null)
            Check(http.Request.Query, _known.GetOrAdd(endpoint, Find));
        return next(context);
    }

    private static void Check(IQueryCollection query, string[] known)
    {
        if (query.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is not { } unknown)
            return;
        var names = known.Length == 0 ? "it has none" : $"known are {string.Join(", ", known)}";
        throw new ProblemException(400, "unknown_parameter",
            $"There is no query parameter '{NearestName.Shorten(unknown)}'; {names}.{NearestName.Suggest(unknown, known)}");
    }

    private static string[] Find(Endpoint endpoint)
    {
        var route = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        return
        [
            .. endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
                .Where(parameter => IsText(parameter.ParameterInfo.ParameterType))
                .Select(parameter => NameOf(parameter.ParameterInfo))
                .Where(name => !route.Contains(name)),
        ];
    }

    private static string NameOf(ParameterInfo parameter) =>
        parameter.GetCustomAttributes(inherit: true).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? parameter.Name!;

    /// <summary>Types that are read from the query.</summary>
    private static bool IsText(Type type) =>
        type == typeof(string) || (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true } value && value != typeof(CancellationToken);
}
