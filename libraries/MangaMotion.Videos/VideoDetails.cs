using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;

namespace MangaMotion.Videos;

/// <summary>A video with its stages and shots, as its owner may see it.</summary>
public sealed record VideoDetails
{
    /// <summary>Status of the job.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="VideoStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>0 to 100; each stage contributes 25.</summary>
    public required int Progress { get; init; }

    /// <summary>Estimate of the seconds left; null if the video does not run or has no progress.</summary>
    public required double? EtaSeconds { get; init; }

    public required string? Error { get; init; }

    /// <summary>The last composed video; null if there is none. It stays while a newer one is made.</summary>
    public required VideoResult? Result { get; init; }

    public required Guid? IngestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Script that the video is made from; null until it is written.</summary>
    public required VideoScript? Script { get; init; }

    /// <summary>True if a newer script waits until the video is finished.</summary>
    public required bool EditQueued { get; init; }

    /// <summary>Stages in order; empty until the first one begins.</summary>
    public IReadOnlyList<StageRow> Stages { get; init; } = [];

    /// <summary>Shots by their id in the script; those of previews only until <c>voice_gen</c> begins.</summary>
    public IReadOnlyDictionary<string, ShotRow> Shots { get; init; } = new Dictionary<string, ShotRow>();

    /// <summary>Pages that have a picture; empty until the script is written.</summary>
    public IReadOnlyList<StoredPage> Pages { get; init; } = [];
}

/// <param name="Progress">Progress of this stage, 0 to 100.</param>
/// <param name="Done">Number of finished parts.</param>
/// <param name="Total">Number of parts; 0 until known.</param>
public sealed record StageRow(
    string Name, string Status, int Progress, int Done, int Total, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <param name="Status">Status of the segment, or of the speech until the segment has a job.</param>
/// <param name="Draft">True if a provider failed and the local implementation made speech or segment.</param>
/// <param name="HasVoice">Whether its speech is made.</param>
/// <param name="HasSegment">Whether its picture is rendered.</param>
/// <param name="IsNewest">Whether speech and picture belong to the newest script.</param>
public sealed record ShotRow(string Status, string? Error, bool Draft, bool HasVoice, bool HasSegment, bool IsNewest);

/// <summary>Parts that a video has.</summary>
/// <param name="Script">Script that they belong to; null before the first part is made.</param>
/// <param name="Seconds">Mean seconds of the finished parts by job type.</param>
public sealed record MadeParts(VideoScript? Script, IReadOnlyDictionary<string, double> Seconds);

/// <summary>The finished parts of a video.</summary>
/// <param name="Speech">Spoken lines by shot id.</param>
/// <param name="Segments">Segments in the order of the video.</param>
public sealed record VideoMaterial(
    VideoScript Script, VideoOptions Options, IReadOnlyDictionary<string, SpeechResult> Speech, IReadOnlyList<SegmentResult> Segments);
