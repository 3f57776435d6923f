using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>What the saga does with the rows. Everything is in the transaction of the event, and may be done twice.</summary>
public interface IVideoSteps
{
    /// <summary>
    /// Adds the parts of the stage that are not there already, and has those made that have no result. Does nothing where the job
    /// is over.
    /// </summary>
    Task BeginAsync(VideoState video, Stage stage, CancellationToken cancellationToken);

    /// <summary>Counts the parts; true ends the stage: all of them are done, and the job runs.</summary>
    Task<bool> EndAsync(VideoState video, Stage stage, CancellationToken cancellationToken);

    /// <summary>Whether the job is to run, and this is the first stage that is not done.</summary>
    Task<bool> ResumesAtAsync(VideoState video, Stage stage, CancellationToken cancellationToken);

    Task<bool> IsApprovedAsync(VideoState video, CancellationToken cancellationToken);

    /// <summary>Has the saga look again once this event is committed.</summary>
    Task RemindAsync(VideoState video, CancellationToken cancellationToken);

    /// <summary>The job is done; its result is that of the stage.</summary>
    Task FinishAsync(VideoState video, Stage last, CancellationToken cancellationToken);
}
