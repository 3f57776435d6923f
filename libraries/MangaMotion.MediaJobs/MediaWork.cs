using MangaMotion.Jobs;
using MangaMotion.Media;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;

namespace MangaMotion.MediaJobs;

/// <summary>Runs a job in its own workspace and translates failures of tools, files and the store into failures of the job.</summary>
public sealed class MediaWork(WorkspaceRoot workspaces, MediaSelfTest selfTest)
{
    /// <summary>Error number ENOSPC.</summary>
    private const int NoSpace = 28;

    /// <summary>Error number EDQUOT.</summary>
    private const int QuotaExceeded = 122;

    /// <summary>Runs the work.</summary>
    /// <param name="missingInput">Owner message if an input is not in the store: what is missing and what to do.</param>
    public async Task<T> RunAsync<T>(string missingInput, Func<Workspace, Task<T>> work)
    {
        try
        {
            await using var workspace = workspaces.Create();
            return await work(workspace);
        }
        catch (ObjectNotFoundException exception)
        {
            throw new PermanentJobException("missing_object", missingInput, exception);
        }
        catch (ObjectTooLargeException exception)
        {
            throw new ResourceLimitException(
                "bytes", $"The file has {exception.Length:N0} bytes; {exception.Limit:N0} are allowed.", exception);
        }
        catch (MediaException exception)
        {
            if (exception is SandboxFailedException { ProgramMissing: false })
                selfTest.RequestTest();
            throw MediaJobFailures.From(exception);
        }
        catch (IOException exception)
        {
            throw new TransientJobException(
                "store_unavailable",
                "The file store or the scratch disk did not answer as it should, which is no fault of the file.",
                exception)
            {
                IsWorkerFault = exception.HResult is NoSpace or QuotaExceeded,
            };
        }
    }
}
