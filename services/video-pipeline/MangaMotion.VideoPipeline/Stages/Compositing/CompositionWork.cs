using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Film;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>The one part of <c>compositing</c>.</summary>
internal sealed class CompositionWork(StageRun stage, VideoQuery videos, ICompositor compositor, IObjectStore store)
{
    public Task<VideoResult> RunAsync(JobRun<ComposeVideo> run, CancellationToken cancellationToken) => stage.RunAsync(async workspace =>
    {
        var plan = run.Params.Deserialize<CompositionPlan>(VideoJson.Options)!;
        var film = await videos.ReadMaterialAsync(run.Command.VideoId, cancellationToken);
        var speeches = new Dictionary<string, ShotSpeech>(StringComparer.Ordinal);
        foreach (var (shot, speech) in film.Speech)
            speeches[shot] = new(await FetchAsync(speech.Key, "wav", workspace, cancellationToken), speech.Seconds, speech.Words, speech.Draft);
        var segments = new List<string>(film.Segments.Count);
        foreach (var segment in film.Segments)
            segments.Add(await FetchAsync(segment.Key, "mp4", workspace, cancellationToken));

        var timeline = Timeline.Create(film.Script, film.Speech.ToDictionary(pair => pair.Key, pair => pair.Value.Seconds));
        var progress = new StageProgress(run.Report, Stage.Compositing);
        var composed = await compositor.ComposeAsync(new(film.Script, timeline, speeches, segments, film.Options), workspace, progress, cancellationToken);

        (string Variant, string Path, string Name, string Type)[] made =
        [
            ("video", composed.Video, "video.mp4", "video/mp4"), ("subtitles", composed.Subtitles, "subtitles.vtt", "text/vtt; charset=utf-8"),
            ("transcript", composed.Transcript, "transcript.txt", "text/plain; charset=utf-8"), ("poster", composed.Poster, "poster.jpg", "image/jpeg"),
        ];
        var files = new List<VideoFile>(made.Length);
        foreach (var (variant, path, name, type) in made)
        {
            var put = await store.PutFileAsync($"{plan.Prefix}/{name}", path, new() { ContentType = type }, cancellationToken);
            files.Add(new(variant, put.Key, type, put.Length, put.Sha256!));
        }

        var draft = film.Speech.Values.Any(speech => speech.Draft) || film.Segments.Any(segment => segment.Draft) || film.Script.Shots.Any(shot => shot.Draft);
        return new VideoResult(composed.Seconds, film.Script.Shots.Count, draft, files);
    });

    private async Task<string> FetchAsync(string key, string extension, Workspace workspace, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath(extension);
        await store.FetchAsync(key, path, cancellationToken);
        return path;
    }
}
