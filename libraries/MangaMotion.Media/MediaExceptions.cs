namespace MangaMotion.Media;

/// <summary>A file could not be processed. <see cref="Permanent"/> is true if the file is the cause.</summary>
/// <param name="code">Stable and short, such as <c>media.corrupt</c>.</param>
/// <param name="ownerMessage">One sentence for the owner of the file: cause and remedy, without paths and messages of tools.</param>
/// <param name="detail">Text for the operator: tool, command line, exit code and the end of its stderr.</param>
public abstract class MediaException(string code, string ownerMessage, string? detail = null, Exception? inner = null)
    : Exception(detail is null ? ownerMessage : $"{ownerMessage} ({detail})", inner)
{
    public string Code { get; } = code;

    public string OwnerMessage { get; } = ownerMessage;

    public string? Detail { get; } = detail;

    /// <summary>True when the same file would fail again.</summary>
    public abstract bool Permanent { get; }
}

/// <summary>The file's type, or a part of its format that it uses, is not supported. Permanent.</summary>
public sealed class UnsupportedMediaException(string ownerMessage, string? detail = null)
    : MediaException("media.unsupported", ownerMessage, detail)
{
    public override bool Permanent => true;
}

/// <summary>A decoder or a check of the bytes found the file damaged, cut short or empty. Permanent.</summary>
public sealed class CorruptMediaException(string ownerMessage, string? detail = null)
    : MediaException("media.corrupt", ownerMessage, detail)
{
    public override bool Permanent => true;
}

/// <summary>The file exceeds a limit. Permanent.</summary>
/// <param name="limit">Name of the limit, such as <c>pixels</c>; the code is <c>media.limit.pixels</c>.</param>
/// <param name="allowed">Value of the limit in its unit.</param>
/// <param name="actual">Value of the file in the same unit; null if the work was stopped at the limit.</param>
public sealed class MediaLimitException(string limit, long allowed, long? actual, string ownerMessage, string? detail = null)
    : MediaException($"media.limit.{limit}", ownerMessage, detail)
{
    public string Limit { get; } = limit;

    public long Allowed { get; } = allowed;

    public long? Actual { get; } = actual;

    public override bool Permanent => true;
}

/// <summary>
/// A tool was killed, stalled or failed, and the file is not the cause. A retry may help. A tool that exceeds its wall time but not its
/// processor time was starved or stopped, and fails with this exception. A tool that exceeds its processor time fails with
/// <see cref="MediaLimitException"/>, because the file is the cause.
/// </summary>
public class ToolFailedException : MediaException
{
    public ToolFailedException(string tool, string detail, int? signal = null, Exception? inner = null)
        : this(
            "media.tool_failed", "The decoder for this file type failed. The file may be fine; try it again later.", tool, detail, signal,
            inner)
    {
    }

    protected ToolFailedException(string code, string ownerMessage, string tool, string detail, int? signal = null, Exception? inner = null)
        : base(code, ownerMessage, $"{tool}: {detail}", inner) => (Tool, Signal) = (tool, signal);

    public string Tool { get; }

    /// <summary>Signal that ended the tool; null if none did.</summary>
    public int? Signal { get; }

    public override bool Permanent => false;
}

/// <summary>
/// The machine failed: the sandbox or the program did not start, or the kernel refused a process or a thread. The file is not the cause, so
/// the attempt of its job does not count.
/// </summary>
public sealed class SandboxFailedException(string tool, string detail, Exception? inner = null)
    : ToolFailedException(
        "media.sandbox_failed",
        "This machine could not start the program for this file type. The file may be fine; it will be retried.",
        tool,
        detail,
        inner: inner)
{
    /// <summary>True if the program is not installed; the sandbox works.</summary>
    public bool ProgramMissing { get; init; }
}

/// <summary>The scratch disk of this machine is full. The file is not the cause, so the attempt of its job does not count.</summary>
public sealed class ScratchFullException(string tool, string detail)
    : ToolFailedException(
        "media.scratch_full",
        "This machine had no disk space left for its work on the file. The file is not the cause; try it again later.",
        tool,
        detail);

/// <summary>A media host lacks the library for the job. A program may do it instead.</summary>
internal sealed class LibraryMissingException(string tool, string detail) : ToolFailedException(tool, detail);
