using MangaMotion.Jobs;
using MangaMotion.Media;

namespace MangaMotion.MediaJobs;

/// <summary>The one translation of a media failure into a failure of a job, for every service.</summary>
public static class MediaJobFailures
{
    /// <summary>Permanent where the file is to blame, uncounted where the machine is, otherwise transient; always with the tool's output.</summary>
    /// <param name="context">Text before the owner's message, such as <c>Page 3 cannot be read:</c>; null for none.</param>
    public static Exception From(MediaException failure, string? context = null)
    {
        var message = context is null ? failure.OwnerMessage : $"{context} {failure.OwnerMessage}";
        return failure switch
        {
            MediaLimitException limit => new ResourceLimitException(limit.Limit, message, limit) { ToolOutput = limit.Detail },
            { Permanent: true } => new PermanentJobException(failure.Code, message, failure) { ToolOutput = failure.Detail },
            _ => new TransientJobException(failure.Code, message, failure) { ToolOutput = failure.Detail, IsWorkerFault = failure is SandboxFailedException },
        };
    }
}
