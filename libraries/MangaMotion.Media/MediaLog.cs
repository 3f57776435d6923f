using Microsoft.Extensions.Logging;

namespace MangaMotion.Media;

/// <summary>Log lines of this library. The event ids are listed in docs/operations.md.</summary>
internal static partial class MediaLog
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Media tools run in the sandbox {Sandbox} ({Reason})")]
    public static partial void SandboxChosen(this ILogger log, string sandbox, string reason);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning,
        Message = "Media tools run in the weak sandbox {Sandbox} ({Reason}). A file that takes over a decoder can read the files of this "
            + "user. See docs/operations.md#sandbox")]
    public static partial void WeakSandboxChosen(this ILogger log, string sandbox, string reason);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Error,
        Message = "Media self-test failed: {Reason}. This worker is not ready and takes no job; the next test starts in {Pause}")]
    public static partial void SelfTestFailed(this ILogger log, string reason, TimeSpan pause);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Information,
        Message = "Media self-test passed after {Failures} failures. This worker takes jobs again")]
    public static partial void SelfTestPassedAgain(this ILogger log, int failures);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Warning,
        Message = "Neural lettering is not available: {Reason}. Tesseract reads alone, which misses more lettering")]
    public static partial void NeuralLetteringMissing(this ILogger log, string reason);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Warning,
        Message = "FFmpeg's libraries are not available: {Reason}. Its programs are started for every video and sound, which takes twice "
            + "the processor time")]
    public static partial void FFmpegLibrariesMissing(this ILogger log, string reason);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Warning,
        Message = "Media host {ProcessId} failed in its job {Jobs} and is replaced")]
    public static partial void HostFailed(this ILogger log, int processId, int jobs);
}
