using MangaMotion.Media.Workspaces;
using MangaMotion.MediaJobs;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>Runs one part of a video in a workspace of its own.</summary>
internal sealed class StageRun(MediaWork media)
{
    private const string MissingInput = "A file of the video is no longer in the store. Submit the chapter again.";

    public Task<T> RunAsync<T>(Func<Workspace, Task<T>> work) => media.RunAsync(MissingInput, work);
}
