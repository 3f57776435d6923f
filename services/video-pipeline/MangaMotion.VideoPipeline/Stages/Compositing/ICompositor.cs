using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Film;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>The stage <c>compositing</c>: joins segments, lays sound, subtitles and chapters beside them.</summary>
public interface ICompositor
{
    /// <param name="progress">0 to 1; any thread, as often as it likes.</param>
    Task<ComposedVideo> ComposeAsync(Composition composition, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken);
}

/// <param name="Speeches">By <see cref="ScriptShot.Id"/>; silent shots have none. Each begins <see cref="TimelineShot.SpeechStart"/> into the video.</param>
/// <param name="Segments">Files in the workspace, one for each of <see cref="Timeline.Segments"/>, in their order.</param>
public sealed record Composition(
    VideoScript Script, Timeline Timeline, IReadOnlyDictionary<string, ShotSpeech> Speeches, IReadOnlyList<string> Segments, VideoOptions Options);

/// <summary>Files in the workspace.</summary>
/// <param name="Video">MP4.</param>
/// <param name="Subtitles">WebVTT.</param>
/// <param name="Transcript">Plain text.</param>
/// <param name="Poster">JPEG.</param>
public sealed record ComposedVideo(string Video, string Subtitles, string Transcript, string Poster, double Seconds);
