using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>One page of ingests, newest first.</summary>
public sealed record IngestList(IReadOnlyList<IngestSummary> Ingests)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <param name="Name">Name of the first file.</param>
/// <param name="Assets">Number of files.</param>
/// <param name="Bytes">Length of all files.</param>
public sealed record IngestSummary(
    Guid Id, Guid OwnerId, string? Collection, [property: Values(typeof(IngestStatuses))] string Status,
    [property: Values(typeof(Priorities))] string Priority, IngestProgress Progress, string? Name, long Assets, long Bytes,
    DateTimeOffset CreatedAt, DateTimeOffset? NotBefore);

/// <summary>States by which videos are listed: the states of a video that runs or is finished, and its ends without a result.</summary>
[Enumeration("VideoListState")]
public static class VideoListStates
{
    public const string Accepted = VideoStateNames.Accepted;
    public const string ScriptGen = VideoStateNames.ScriptGen;
    public const string AwaitingApproval = VideoStateNames.AwaitingApproval;
    public const string VoiceGen = VideoStateNames.VoiceGen;
    public const string VideoGen = VideoStateNames.VideoGen;
    public const string Compositing = VideoStateNames.Compositing;
    public const string Completed = VideoStateNames.Completed;
    public const string Stopped = VideoStateNames.Stopped;
    public const string Failed = "failed";
    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } =
    [
        Accepted, ScriptGen, AwaitingApproval, VoiceGen, VideoGen, Compositing, Completed, Stopped, Failed, Canceled,
    ];
}

/// <summary>One page of videos, newest first.</summary>
public sealed record VideoList(IReadOnlyList<VideoSummary> Videos)
{
    [JsonPropertyName("nextPageToken")]
    public string? NextPageToken { get; init; }
}

/// <param name="Title">Title of the script or of the request, else the name of the first file.</param>
/// <param name="Status">UPLOADED, PROCESSING, DONE, FAILED or CANCELED.</param>
/// <param name="State">One of <see cref="VideoListStates"/>.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Shots">Number of shots; 0 until the script is written.</param>
/// <param name="Flags">Number of shots that carry a reason to check them.</param>
/// <param name="PosterUrl">Path of the poster, or of the first panel until the video is done; null before there is a picture.</param>
public sealed record VideoSummary(
    Guid Id, Guid OwnerId, Guid? IngestId, string? Collection, string? Title, [property: Values(typeof(JobStatuses))] string Status,
    [property: Values(typeof(VideoListStates))] string State, [property: Range(0, 100)] int Progress, double? EtaSeconds, string? Error,
    int Shots, int Flags, string? PosterUrl, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);
