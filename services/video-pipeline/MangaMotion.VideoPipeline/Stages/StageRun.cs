using MangaMotion.Jobs;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>A workspace of one part's own, and failures in the words of jobs.</summary>
internal sealed class StageRun(WorkspaceRoot workspaces)
{
    public async Task<T> RunAsync<T>(Func<Workspace, Task<T>> work)
    {
        try
        {
            await using var workspace = workspaces.Create();
            return await work(workspace);
        }
        catch (ObjectNotFoundException exception)
        {
            throw new PermanentJobException("missing_object", "A file of the video is not in the store any more; submit the chapter again.", exception);
        }
        catch (MediaLimitException exception)
        {
            throw new ResourceLimitException(exception.Limit, exception.OwnerMessage, exception);
        }
        catch (MediaException exception)
        {
            throw exception.Permanent
                ? new PermanentJobException(exception.Code, exception.OwnerMessage, exception)
                : new TransientJobException(exception.Code, exception.OwnerMessage, exception);
        }
        catch (IOException exception)
        {
            throw new TransientJobException("store_unavailable", "The file store or the scratch disk did not answer as it should; it is tried again.", exception);
        }
    }
}
