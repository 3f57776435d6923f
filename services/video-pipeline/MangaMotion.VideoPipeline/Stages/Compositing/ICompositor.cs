using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Images;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.VoiceGen;

namespace MangaMotion.VideoPipeline.Stages.Compositing;

/// <summary>Joins segments and adds sound, subtitles and chapters.</summary>
public interface ICompositor
{
    /// <param name="progress">Reports 0 to 1, from any thread.</param>
    Task<ComposedVideo> ComposeAsync(
        Composition composition, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken);
}

/// <param name="Speeches">
/// Speech by <see cref="ScriptShot.Id"/>, without silent shots. Each starts <see cref="TimelineShot.SpeechStart"/> seconds into the video.
/// </param>
/// <param name="Segments">Files in the workspace, one for each of <see cref="Timeline.Segments"/>, in order.</param>
public sealed record Composition(
    VideoScript Script, Timeline Timeline, IReadOnlyDictionary<string, ShotSpeech> Speeches, IReadOnlyList<string> Segments,
    VideoOptions Options);

/// <summary>Files in the workspace.</summary>
/// <param name="Video">MP4.</param>
/// <param name="Subtitles">WebVTT.</param>
/// <param name="Transcript">Plain text.</param>
/// <param name="Poster">JPEG.</param>
public sealed record ComposedVideo(string Video, string Subtitles, string Transcript, string Poster, double Seconds)
{
    /// <summary>Sentences for the owner about faults of the video.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Variants of the poster that the owner chose.</summary>
    public IReadOnlyList<MediaFile> PosterVariants { get; init; } = [];
}
