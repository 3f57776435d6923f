namespace MangaMotion.ServiceDefaults.Problems;

/// <summary>Thrown by an endpoint to answer with <c>application/problem+json</c>.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="code">Stable error code in snake_case, for programs, such as <c>unknown_collection</c>.</param>
/// <param name="detail">Message to the caller: what happened to which resource, and what to do.</param>
/// <param name="extensions">Further members of the answer, camelCase.</param>
public sealed class ProblemException(
    int status, string code, string detail, IReadOnlyDictionary<string, object?>? extensions = null, Exception? inner = null)
    : Exception(detail, inner)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>Time until a retry can succeed, for the header <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public IReadOnlyDictionary<string, object?> Extensions { get; } =
        extensions ?? new Dictionary<string, object?>(StringComparer.Ordinal);
}
