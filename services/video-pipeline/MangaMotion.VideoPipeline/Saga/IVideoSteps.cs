using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>The saga's work on the rows. Each step is in the transaction of the event and can be repeated.</summary>
public interface IVideoSteps
{
    /// <summary>Adds the missing parts of the stage and starts those without a result. Does nothing if the job is finished.</summary>
    Task BeginAsync(VideoState video, Stage stage, CancellationToken cancellationToken);

    /// <summary>Counts the parts of the stage.</summary>
    /// <returns>True if all of them are done and the job runs.</returns>
    Task<bool> EndAsync(VideoState video, Stage stage, CancellationToken cancellationToken);

    /// <summary>Returns whether the job is to run and this is the first stage that is not done.</summary>
    Task<bool> ResumesAtAsync(VideoState video, Stage stage, CancellationToken cancellationToken);

    Task<bool> IsApprovedAsync(VideoState video, CancellationToken cancellationToken);

    /// <summary>Sends the saga a message to count its parts, when this event is committed.</summary>
    Task RemindAsync(VideoState video, CancellationToken cancellationToken);

    /// <summary>Adds the missing parts of shots that the owner wants to see first: a speech, and after it the segment.</summary>
    Task PreviewAsync(VideoState video, CancellationToken cancellationToken);

    /// <summary>Finishes the job with the result of the stage.</summary>
    Task FinishAsync(VideoState video, Stage last, CancellationToken cancellationToken);
}
