using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.Compositing;

/// <summary>Work of the part of <c>compositing</c>: composes the video and stores its files.</summary>
internal sealed class CompositionWork(StageRun stage, VideoQuery videos, ICompositor compositor, IObjectStore store)
{
    public Task<VideoResult> RunAsync(JobRun<ComposeVideo> run, CancellationToken cancellationToken) => stage.RunAsync(async workspace =>
    {
        var plan = run.Params.Deserialize<CompositionPlan>(VideoJson.Options)!;
        var material = await videos.ReadMaterialAsync(run.Command.VideoId, cancellationToken);
        var composition = await FetchAsync(material, workspace, cancellationToken);
        var progress = new StageProgress(run.Report, Stage.Compositing);
        var composed = await compositor.ComposeAsync(composition, workspace, progress, cancellationToken);
        var files = await StoreAsync(composed, plan.Prefix, cancellationToken);
        return new VideoResult(composed.Seconds, material.Script.Shots.Count, HasDraft(material), files) { Notes = composed.Notes };
    });

    private async Task<Composition> FetchAsync(VideoMaterial material, Workspace workspace, CancellationToken cancellationToken)
    {
        var speeches = new Dictionary<string, ShotSpeech>(StringComparer.Ordinal);
        foreach (var (shot, speech) in material.Speech)
        {
            var path = await FetchAsync(speech.Key, "wav", workspace, cancellationToken);
            speeches[shot] = new(path, speech.Seconds, speech.Words, speech.Draft);
        }

        var segments = new List<string>(material.Segments.Count);
        foreach (var segment in material.Segments)
            segments.Add(await FetchAsync(segment.Key, "mp4", workspace, cancellationToken));
        var timeline = Timeline.Create(material.Script, material.Speech.ToDictionary(pair => pair.Key, pair => pair.Value.Seconds));
        return new(material.Script, timeline, speeches, segments, material.Options);
    }

    private async Task<string> FetchAsync(string key, string extension, Workspace workspace, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath(extension);
        await store.FetchAsync(key, path, cancellationToken);
        return path;
    }

    private async Task<IReadOnlyList<VideoFile>> StoreAsync(ComposedVideo composed, string prefix, CancellationToken cancellationToken)
    {
        (string Variant, string Path, string Name, string Type)[] made =
        [
            ("video", composed.Video, "video.mp4", "video/mp4"),
            ("subtitles", composed.Subtitles, "subtitles.vtt", "text/vtt; charset=utf-8"),
            ("transcript", composed.Transcript, "transcript.txt", "text/plain; charset=utf-8"),
            ("poster", composed.Poster, "poster.jpg", "image/jpeg"),
        ];
        var files = new List<VideoFile>(made.Length);
        foreach (var (variant, path, name, type) in made)
        {
            var put = await store.PutFileAsync($"{prefix}/{name}", path, new() { ContentType = type }, cancellationToken);
            files.Add(new(variant, put.Key, type, put.Length, put.Sha256!));
        }

        foreach (var picture in composed.PosterVariants)
        {
            var variant = VideoFile.PosterVariant(picture.Variant);
            var key = $"{prefix}/{variant}{Path.GetExtension(picture.Path)}";
            var put = await store.PutFileAsync(key, picture.Path, new() { ContentType = picture.ContentType }, cancellationToken);
            files.Add(new(variant, put.Key, picture.ContentType, put.Length, put.Sha256!)
            {
                Width = picture.Width,
                Height = picture.Height,
            });
        }

        return files;
    }

    private static bool HasDraft(VideoMaterial material) =>
        material.Speech.Values.Any(speech => speech.Draft)
        || material.Segments.Any(segment => segment.Draft)
        || material.Script.Shots.Any(shot => shot.Draft);
}
