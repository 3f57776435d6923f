namespace MangaMotion.Jobs;

/// <summary>
/// The work can never succeed, however often it is tried: bad or unsupported input, a missing object, a limit exceeded.
/// Anything that is not this is taken for transient and tried again.
/// </summary>
/// <param name="code">Stable, snake_case, for programs: <c>unsupported_media</c>.</param>
/// <param name="ownerMessage">What happened, to what and what to do, for the person whose file it is.</param>
public class PermanentJobException(string code, string ownerMessage, Exception? inner = null) : Exception(ownerMessage, inner)
{
    public string Code { get; } = code;

    /// <inheritdoc cref="TransientJobException.ToolOutput"/>
    public string? ToolOutput { get; init; }
}

/// <summary>
/// The work failed for a passing reason that can be told in the owner's words; the inner exception is the operator's.
/// Any exception that is not permanent is tried again: this one only says it better.
/// </summary>
/// <param name="code">Stable, snake_case, for programs: <c>store_unavailable</c>.</param>
/// <param name="ownerMessage">What happened, without paths, addresses and tools' words.</param>
public sealed class TransientJobException(string code, string ownerMessage, Exception inner) : Exception(ownerMessage, inner)
{
    public string Code { get; } = code;

    /// <summary>For the operator, where a tool failed: its command line, its exit and the end of its stderr.</summary>
    public string? ToolOutput { get; init; }
}

/// <summary>A limit was exceeded; the message says which and by how much.</summary>
public sealed class ResourceLimitException(string limit, string ownerMessage, Exception? inner = null)
    : PermanentJobException("limit_exceeded", ownerMessage, inner)
{
    /// <summary>Which limit: <c>pixels</c>, <c>pages</c>, <c>seconds</c>.</summary>
    public string Limit { get; } = limit;
}
