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
}

/// <summary>A limit was exceeded; the message says which and by how much.</summary>
public sealed class ResourceLimitException(string limit, string ownerMessage, Exception? inner = null)
    : PermanentJobException("limit_exceeded", ownerMessage, inner)
{
    /// <summary>The setting that holds the limit: <c>Media__MaxPixels</c>.</summary>
    public string Limit { get; } = limit;
}
