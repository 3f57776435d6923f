using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using MangaMotion.Api;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Metadata;

namespace MangaMotion.Ingest.Api;

/// <summary>Endpoint metadata: the endpoint checks the names of its query parameters itself.</summary>
internal sealed record OpenQuery;

/// <summary>
/// Rejects unknown query parameters, and values outside of an enumeration. With a misspelt filter, a list would have too many items, or
/// none.
/// </summary>
internal sealed class KnownParameters : IEndpointFilter
{
    private readonly ConcurrentDictionary<Endpoint, Parameter[]> _known = new();

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.Query.Count > 0 && http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<OpenQuery>() is null)
            Check(http.Request.Query, _known.GetOrAdd(endpoint, Find));
        return next(context);
    }

    private static void Check(IQueryCollection query, Parameter[] known)
    {
        foreach (var (name, value) in query)
        {
            var parameter = Array.Find(known, parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw Unknown(name, [.. known.Select(parameter => parameter.Name)]);
            if (parameter.Allowed is { } allowed)
                ListQuery.CheckOneOf(parameter.Name, value, allowed);
        }
    }

    private static ProblemException Unknown(string name, string[] known)
    {
        var names = known.Length == 0 ? "it has none" : $"known are {string.Join(", ", known)}";
        return new(400, "unknown_parameter",
            $"There is no query parameter '{NearestName.Shorten(name)}'; {names}.{NearestName.Suggest(name, known)}");
    }

    private static Parameter[] Find(Endpoint endpoint)
    {
        var route = (endpoint as RouteEndpoint)?.RoutePattern.Parameters.Select(parameter => parameter.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        return
        [
            .. endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
                .Where(parameter => IsText(parameter.ParameterInfo.ParameterType))
                .Select(parameter => new Parameter(FindName(parameter.ParameterInfo), FindAllowed(parameter.ParameterInfo)))
                .Where(parameter => !route.Contains(parameter.Name)),
        ];
    }

    private static string FindName(ParameterInfo parameter) =>
        parameter.GetCustomAttributes(inherit: true).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? parameter.Name!;

    private static string[]? FindAllowed(ParameterInfo parameter)
    {
        var attributes = parameter.GetCustomAttributes(inherit: true);
        return attributes.OfType<ValuesAttribute>().FirstOrDefault() is { } values
            ? ValuesOf(values.Constants)
            : attributes.OfType<AllowedValuesAttribute>().FirstOrDefault()?.Values.OfType<string>().ToArray();
    }

    /// <summary>Values of a class of constants.</summary>
    internal static string[] ValuesOf(Type constants) =>
        [.. constants.GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    /// <summary>True for types that are read from the query.</summary>
    private static bool IsText(Type type) =>
        type == typeof(string)
        || (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true } value && value != typeof(CancellationToken);

    /// <param name="Allowed">Allowed values; null for any.</param>
    private sealed record Parameter(string Name, string[]? Allowed);
}
