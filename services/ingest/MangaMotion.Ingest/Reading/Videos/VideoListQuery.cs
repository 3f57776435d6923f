using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs;
using MangaMotion.Videos;

namespace MangaMotion.Ingest.Reading.Videos;

/// <summary>Answers <c>GET /videos</c>.</summary>
internal sealed class VideoListQuery(VideoListing videos)
{
    private const string ListName = "videos";
    private const string Accepted = "accepted";

    public async Task<VideoList> ListAsync(
        Guid[] owners, string? state, string? collection, string? search, string? pageToken, int pageSize,
        CancellationToken cancellationToken)
    {
        ListQuery.Check(pageSize, search);
        var filter = new VideoListFilter(
            owners, StatusesOf(state), SagaStateOf(state), collection, search?.ToLowerInvariant(), ListQuery.WritePattern(search));
        var before = PageToken.Read<Guid>(ListName, pageToken) ?? Guid.AllBitsSet;
        var rows = await videos.ListAsync(filter, before, pageSize + 1, cancellationToken);
        var next = ListQuery.Cut(rows, pageSize, video => PageToken.Write(ListName, video.Id));
        return new(rows.ConvertAll(SummaryOf)) { NextPageToken = next };
    }

    private static string[] StatusesOf(string? state) => state switch
    {
        null => [.. JobStatuses.All],
        VideoListStates.Failed => [JobStatus.Failed],
        VideoListStates.Canceled => [JobStatus.Canceled],
        _ => [JobStatus.Uploaded, JobStatus.Processing, JobStatus.Done],
    };

    /// <summary>State of the saga for a state of the API; null if any state is wanted.</summary>
    private static string? SagaStateOf(string? state) => state switch
    {
        null or VideoListStates.Failed or VideoListStates.Canceled => null,
        Accepted => VideoStates.Initial,
        _ => string.Concat(state.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
    };

    private static VideoSummary SummaryOf(VideoListRow video)
    {
        var poster = video.HasPoster ? $"/api/v1/videos/{video.Id}/{VideoVariants.Poster}"
            : video.PanelPage is { } page ? $"/api/v1/videos/{video.Id}/pages/{page}/panels/1"
            : null;
        var eta = video is { Status: JobStatus.Processing, EtaSeconds: { } seconds } ? Math.Round(seconds, 1) : (double?)null;
        return new(
            video.Id, video.OwnerId, video.IngestId, video.Collection, video.Title, video.Status, StateOf(video), video.Progress, eta,
            video.Error, video.ShotFlags.Count, video.ShotFlags.Count(flag => flag is not null), poster, video.CreatedAt, video.FinishedAt);
    }

    private static string StateOf(VideoListRow video) => video.Status switch
    {
        JobStatus.Failed => VideoListStates.Failed,
        JobStatus.Canceled => VideoListStates.Canceled,
        _ => video.State == VideoStates.Initial ? Accepted : JsonNamingPolicy.SnakeCaseLower.ConvertName(video.State),
    };
}
