using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Error answer of media type <c>application/problem+json</c>.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">Stable error code for programs.</param>
public sealed record Problem(int Status, string Code, string? Title, string? Detail)
{
    /// <summary>Id of the request in logs and traces.</summary>
    [JsonPropertyName("traceId")]
    public string? TraceId { get; init; }

    /// <summary>Each fault of a script that was sent; null for other problems.</summary>
    public IReadOnlyList<ScriptFault>? Errors { get; init; }
}

/// <summary>Fault of a script.</summary>
/// <param name="Shot">Id of the shot; null for a fault outside of a shot.</param>
/// <param name="Field">Member by its name in JSON, such as <c>panel.x</c>.</param>
/// <param name="Message">Reason, and what is allowed.</param>
public sealed record ScriptFault(string? Shot, string Field, string Message);
