using MangaMotion.Jobs;
using MangaMotion.Media;

namespace MangaMotion.MediaJobs;

/// <summary>The one translation of a media failure into a failure of a job, for every service.</summary>
public static class MediaJobFailures
{
    /// <summary>
    /// Translates a failure: permanent if the file is the cause, not counted if the machine is, otherwise transient. The result has the
    /// output of the tool.
    /// </summary>
    /// <param name="context">Text before the owner's message, such as <c>Page 3 cannot be read:</c>; null for none.</param>
    public static Exception From(MediaException failure, string? context = null)
    {
        var message = context is null ? failure.OwnerMessage : $"{context} {failure.OwnerMessage}";
        return failure switch
        {
            MediaLimitException limit => new ResourceLimitException(limit.Limit, message, limit) { ToolOutput = limit.Detail },
            { Permanent: true } => new PermanentJobException(failure.Code, message, failure) { ToolOutput = failure.Detail },
            _ => new TransientJobException(failure.Code, message, failure)
            {
                ToolOutput = failure.Detail,
                IsWorkerFault = failure is SandboxFailedException or ScratchFullException,
            },
        };
    }
}
