using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Ingest.Reading.Videos;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Videos;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Requests for one shot before the rest of its video.</summary>
internal static class ShotPreviewEndpoints
{
    public static void MapShotPreviews(this IEndpointRouteBuilder api) =>
        api.MapPost("/videos/{id:guid}/shots/{shot}/preview", PreviewAsync)
            .WithName("previewVideoShot").WithSummary("Make one shot of the newest script before the rest of the video.")
            .WithDescription(
                "Its line is spoken and its picture rendered ahead of all other parts, also while the video waits for approval or is "
                + "stopped. The video reuses both. The answer is 200 if the shot is made, else 202: `shots` of `GET /videos/{id}` and the "
                + "files of the shot show when it is. A shot that could not be made is made again by another request.")
            .Produces<ShotPreview>().Produces<ShotPreview>(202).ProducesProblem(404).ProducesProblem(409)
            .RequireScope(Scopes.Submit).Audited();

    private static async Task<IResult> PreviewAsync(Guid id, string shot, HttpContext context, VideoQuery videos, VideoEdits edits)
    {
        var cancellationToken = context.RequestAborted;
        var video = await videos.FindAsync(id, context.OwnerId(), cancellationToken)
            ?? throw new ProblemException(404, "unknown_video", $"There is no video {id}, or it is not yours.");
        var isMade = video.Shots.GetValueOrDefault(shot) is { HasSegment: true, IsNewest: true };
        var outcome = isMade ? ShotRequest.Accepted : await edits.PreviewShotAsync(id, shot, cancellationToken);
        switch (outcome)
        {
            case ShotRequest.NoScript:
                throw new ProblemException(
                    409, "script_not_written",
                    $"The script of video {id} is not written yet. Ask again when its stage script_gen is done.");
            case ShotRequest.UnknownShot:
                throw new ProblemException(
                    404, "unknown_shot", $"There is no shot '{NearestName.Shorten(shot)}' in the script of video {id}.");
            case ShotRequest.Ended:
                throw new ProblemException(
                    409, "video_ended", $"Video {id} is {video.Status}, so no shot of it is made. Start it again first.");
        }

        var script = await videos.FindScriptAsync(id, context.OwnerId(), cancellationToken);
        var isSilent = string.IsNullOrWhiteSpace(script?.Shots.FirstOrDefault(each => each.Id == shot)?.Line);
        var segment = VideoAnswers.PathOfShotFile(id, shot, ShotFiles.Segment);
        var preview = new ShotPreview(
            shot, isMade ? JobStatuses.Done : JobStatuses.Uploaded,
            isSilent ? null : VideoAnswers.PathOfShotFile(id, shot, ShotFiles.Voice), segment);
        return isMade ? Results.Ok(preview) : Results.Accepted(segment, preview);
    }
}
