namespace MangaMotion.Media;

/// <summary>
/// A file could not be worked on. <see cref="Permanent"/> says whether trying again can help: the file is to blame, or the
/// machine is.
/// </summary>
/// <param name="code">Stable and short, such as <c>media.corrupt</c>.</param>
/// <param name="ownerMessage">One plain sentence for the owner of the file: cause and remedy, no paths, no tool's words.</param>
/// <param name="detail">For the operator: tool, command line, exit and the end of its stderr.</param>
public abstract class MediaException(string code, string ownerMessage, string? detail = null, Exception? inner = null)
    : Exception(detail is null ? ownerMessage : $"{ownerMessage} ({detail})", inner)
{
    public string Code { get; } = code;

    public string OwnerMessage { get; } = ownerMessage;

    public string? Detail { get; } = detail;

    /// <summary>True when the same file would fail again.</summary>
    public abstract bool Permanent { get; }
}

/// <summary>The file is of a type, or uses a part of its format, that is not taken. Permanent.</summary>
public sealed class UnsupportedMediaException(string ownerMessage, string? detail = null) : MediaException("media.unsupported", ownerMessage, detail)
{
    public override bool Permanent => true;
}

/// <summary>The file is damaged, cut short, empty or encrypted. Permanent.</summary>
public sealed class CorruptMediaException(string ownerMessage, string? detail = null) : MediaException("media.corrupt", ownerMessage, detail)
{
    public override bool Permanent => true;
}

/// <summary>The file asks for more than is allowed. Permanent.</summary>
/// <param name="limit">Which limit, such as <c>pixels</c>; the code is <c>media.limit.pixels</c>.</param>
/// <param name="allowed">The limit, in its unit.</param>
/// <param name="actual">What the file has or needs, in the same unit; null where the work was stopped at the limit.</param>
public sealed class MediaLimitException(string limit, long allowed, long? actual, string ownerMessage, string? detail = null)
    : MediaException($"media.limit.{limit}", ownerMessage, detail)
{
    public string Limit { get; } = limit;

    public long Allowed { get; } = allowed;

    public long? Actual { get; } = actual;

    public override bool Permanent => true;
}

/// <summary>
/// A tool was killed, stalled or failed in a way that the file cannot be blamed for. Trying again may help.
/// A tool that has used up its processor time is the file's fault (<see cref="MediaLimitException"/>); one that has run out of
/// wall time with processor time to spare was starved or stopped, which is this.
/// </summary>
public class ToolFailedException(string tool, string detail, int? signal = null, Exception? inner = null)
    : MediaException("media.tool_failed", "The program that reads such files was stopped or failed, which may be no fault of the file.", $"{tool}: {detail}", inner)
{
    public string Tool { get; } = tool;

    /// <summary>The signal that ended the tool, where one did.</summary>
    public int? Signal { get; } = signal;

    public override bool Permanent => false;
}

/// <summary>A child lacks the library that would do the job; a program may do it.</summary>
internal sealed class LibraryMissingException(string tool, string detail) : ToolFailedException(tool, detail);
