using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Comics.Script;
using MangaMotion.Jobs;
using MangaMotion.Videos;

namespace MangaMotion.Ingest.Reading.Videos;

/// <summary>Turns the rows of a video into answers of the API.</summary>
internal static class VideoAnswers
{
    private const string NotBegun = "accepted";

    public static VideoStatus ToStatus(Guid id, VideoDetails video) => new(
        id, video.Status, NameState(video.State), video.Progress, video.EtaSeconds is { } seconds ? Math.Round(seconds, 1) : null,
        video.Error, [.. video.Stages.Select(ToStage)], [.. ToShots(id, video)], ToResults(id, video))
    {
        EditQueued = video.EditQueued,
        Title = video.Script?.Title,
        Direction = NameValue(video.Script?.Direction),
        DirectionFrom = NameValue(video.Script?.DirectionFrom),
        DirectionConfidence = video.Script?.DirectionConfidence,
        Language = video.Script?.Language,
        LanguageFrom = NameValue(video.Script?.LanguageFrom),
        LanguageConfidence = video.Script?.LanguageConfidence,
        Notes = [.. (video.Script?.Notes ?? []).Union(video.Result?.Notes ?? [])],
        IngestId = video.IngestId,
        CreatedAt = video.CreatedAt,
        FinishedAt = video.FinishedAt,
    };

    private static VideoStage ToStage(StageRow stage) =>
        new(stage.Name, stage.Status, stage.Progress, stage.Done, stage.Total, stage.StartedAt, stage.FinishedAt);

    private static IEnumerable<VideoShot> ToShots(Guid id, VideoDetails video)
    {
        // By box: a panel that an edit has changed has no thumbnail of its old box.
        var thumbnails = new Dictionary<(int Page, ShotPanel Panel), string>();
        foreach (var page in video.Pages)
        {
            foreach (var (index, panel) in page.Panels.Index())
            {
                thumbnails[(page.Number, new(panel.X, panel.Y, panel.Width, panel.Height))] =
                    $"{PathOfPage(id, page.Number)}/panels/{index + 1}";
            }
        }

        foreach (var shot in video.Script?.Shots ?? [])
        {
            var row = video.Shots.GetValueOrDefault(shot.Id);
            var panel = new ShotPanel(shot.Panel.X, shot.Panel.Y, shot.Panel.Width, shot.Panel.Height);
            yield return new(
                shot.Id, shot.Page, panel, shot.Confidence, shot.Line, shot.Speaker, NameValue(
                    shot.Flag), row?.Status ?? JobStatus.Uploaded,
                (row?.Draft ?? false) || shot.Draft, row?.Error, PathOfPage(id, shot.Page))
            {
                LineConfidence = shot.LineConfidence,
                ThumbnailUrl = thumbnails.GetValueOrDefault((shot.Page, panel)),
                VoiceUrl = row is { HasVoice: true } ? PathOfShotFile(id, shot.Id, ShotFiles.Voice) : null,
                SegmentUrl = row is { HasSegment: true } ? PathOfShotFile(id, shot.Id, ShotFiles.Segment) : null,
            };
        }
    }

    private static VideoResults? ToResults(Guid id, VideoDetails video)
    {
        return video.Result is not { } result
            ? null
            : new(
                result.Seconds, result.Draft, PathOf(VideoVariants.Video), PathOf(VideoVariants.Subtitles),
                PathOf(VideoVariants.Transcript), PathOf(VideoVariants.Poster))
            {
                Outdated = video.Status != JobStatus.Done,
                Variants = [.. result.Files.Select(ToVariant).OfType<PosterVariant>()],
            };

        PosterVariant? ToVariant(VideoFile file) =>
            file.FindPosterVariant() is { } name
                ? new(name, PathOf(file.Variant), file.ContentType, file.Width ?? 0, file.Height ?? 0, file.Bytes)
                : null;

        string PathOf(string variant) => $"/api/v1/videos/{id}/{variant}";
    }

    public static string PathOfShotFile(Guid id, string shot, string file) =>
        $"/api/v1/videos/{id}/shots/{Uri.EscapeDataString(shot)}/{file}";

    private static string PathOfPage(Guid id, int page) => $"/api/v1/videos/{id}/pages/{page}";

    private static string NameState(string state) =>
        state == VideoStates.Initial ? NotBegun : JsonNamingPolicy.SnakeCaseLower.ConvertName(state);

    /// <summary>Returns the value as in the JSON of the script.</summary>
    private static string? NameValue<T>(T? value)
        where T : struct, Enum =>
        value is { } named ? JsonSerializer.SerializeToElement(named, ScriptJson.Options).GetString() : null;
}
