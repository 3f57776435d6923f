using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Problems;

/// <summary>Describes faults of JSON that a caller sent, without the names of types in this program.</summary>
public static partial class JsonFault
{
    /// <summary>Names the place where a text is not JSON.</summary>
    public static string Describe(JsonException exception) => exception.LineNumber is { } line
        ? $"it is not valid JSON at line {line + 1}, byte {exception.BytePositionInLine + 1}"
        : exception.Message;

    /// <summary>Describes a body that is not the record that the endpoint expects.</summary>
    internal static string Describe(JsonException exception, HttpContext context)
    {
        var message = exception.Message;
        if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            return $"the value at {exception.Path} has the wrong type";
        if (Unmapped().Match(message) is { Success: true } unmapped)
            return $"there is no member '{unmapped.Groups["name"].Value}'{ListMembers(unmapped.Groups["type"].Value, context)}";
        if (message.Contains("missing required properties", StringComparison.Ordinal))
            return $"required members are missing: {message[(message.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim().TrimEnd('.')}";
        return Describe(exception);
    }

    private static string ListMembers(string type, HttpContext context)
    {
        // The handler of exceptions runs without the endpoint.
        var body = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        if (body?.Assembly.GetType(type) is not { } found)
            return "";
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return $"; known are {string.Join(", ", json.GetTypeInfo(found).Properties.Select(property => property.Name))}";
    }

    [GeneratedRegex(
        "^The JSON property '(?<name>.*)' could not be mapped to any .NET member contained in type '(?<type>.*)'",
        RegexOptions.NonBacktracking)]
    private static partial Regex Unmapped();
}
