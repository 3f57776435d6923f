namespace MangaMotion.Jobs;

/// <summary>
/// The work cannot succeed in any attempt: bad or unsupported input, a missing object, a limit exceeded. Every other exception is treated
/// as transient and retried.
/// </summary>
/// <param name="code">Stable name for programs in snake_case, such as <c>unsupported_media</c>.</param>
/// <param name="ownerMessage">What happened to which file, why, and what to do, for the owner of the file.</param>
public class PermanentJobException(string code, string ownerMessage, Exception? inner = null) : Exception(ownerMessage, inner)
{
    public string Code { get; } = code;

    /// <inheritdoc cref="TransientJobException.ToolOutput"/>
    public string? ToolOutput { get; init; }
}

/// <summary>
/// The work failed for a passing reason that has a message for the owner; the inner exception is for the operator. Every exception that
/// is not permanent is retried; this one adds a code and a message.
/// </summary>
/// <param name="code">Stable name for programs in snake_case, such as <c>store_unavailable</c>.</param>
/// <param name="ownerMessage">What happened, without paths, addresses and output of tools.</param>
public sealed class TransientJobException(string code, string ownerMessage, Exception inner) : Exception(ownerMessage, inner)
{
    public string Code { get; } = code;

    /// <summary>
    /// True where the worker's machine failed, not the job: the attempt does not count, and the job waits for its next one.
    /// </summary>
    public bool IsWorkerFault { get; init; }

    /// <summary>Command line, exit code and end of stderr of a tool that failed, for the operator; null if none did.</summary>
    public string? ToolOutput { get; init; }
}

/// <summary>A limit was exceeded; the message names the limit and the excess.</summary>
public sealed class ResourceLimitException(string limit, string ownerMessage, Exception? inner = null)
    : PermanentJobException("limit_exceeded", ownerMessage, inner)
{
    /// <summary>Name of the limit: <c>pixels</c>, <c>pages</c>, <c>seconds</c>.</summary>
    public string Limit { get; } = limit;
}
