using System.Collections.Concurrent;
using System.Text;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;

namespace MangaMotion.Integration.Videos;

/// <summary>Fast stages without pictures and sound, which record their work and fail when a test wants it.</summary>
public sealed class FakeStages : IScriptGenerator, IShotVoice, ISegmentRenderer, ICompositor
{
    private readonly ConcurrentQueue<string> _made = new();

    public int Shots { get; set; } = 6;

    public bool Silent { get; set; }

    /// <summary>
    /// Callback before each piece of work with its name: <c>script</c>, <c>speak LINE</c>, <c>render FIRST[+NEXT]</c>, <c>compose</c>.
    /// </summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Callback at half of a script.</summary>
    public Func<CancellationToken, Task> AtHalfTheScript { get; set; } = _ => Task.CompletedTask;

    /// <summary>Callback at half of a composition.</summary>
    public Func<CancellationToken, Task> AtHalfTheComposition { get; set; } = _ => Task.CompletedTask;

    public IObjectStore Store { get; set; } = null!;

    public string Version => "fake-1";

    /// <summary>Names of the work done, in order.</summary>
    public IReadOnlyList<string> Made => [.. _made];

    public int Count(string prefix) => Made.Count(name => name.StartsWith(prefix, StringComparison.Ordinal));

    public void Forget() => _made.Clear();

    public async Task<WrittenScript> WriteAsync(
        Chapter chapter, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken)
    {
        await MakeAsync("script", cancellationToken);
        progress.Report(0.5);
        await AtHalfTheScript(cancellationToken);
        var page = await Store.PutAsync(
            $"videos/{chapter.VideoId:N}/pages/1", new MemoryStream("page"u8.ToArray()), new() { ContentType = "image/png" },
            cancellationToken);
        var script = new VideoScript
        {
            Title = "Fake",
            Language = "en",
            Direction = ReadingDirection.RightToLeft,
            Width = chapter.Options.Width,
            Height = chapter.Options.Height,
            Fps = chapter.Options.Fps,
            Pages = [new() { Number = 1, Name = "1", Width = 1000, Height = 1000 }],
            Shots = [.. Enumerable.Range(1, Shots).Select(NewShot)],
        };
        return new(script, [new(1, page.Key, page.Sha256!)]);
    }

    public async Task<ShotSpeech> SpeakAsync(
        ScriptShot shot, VideoOptions options, IReadOnlyList<Pronunciation> pronunciations, Workspace workspace,
        CancellationToken cancellationToken)
    {
        await MakeAsync($"speak {shot.Line}", cancellationToken);
        var path = await WriteAsync(workspace, shot.Line!, cancellationToken);
        return new(path, 1 + shot.Line!.Length, [new(shot.Line, 0, 1)]);
    }

    public async Task<RenderedSegment> RenderAsync(
        SegmentSpec segment, IReadOnlyDictionary<int, string> pages, Workspace workspace, CancellationToken cancellationToken)
    {
        var name = string.Join('+', segment.Views.Select(view => view.Shot.Panel.X / 10));
        await MakeAsync($"render {name}", cancellationToken);
        return new(await WriteAsync(workspace, $"{name};", cancellationToken));
    }

    public async Task<ComposedVideo> ComposeAsync(
        Composition composition, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken)
    {
        await MakeAsync("compose", cancellationToken);
        progress.Report(0.5);
        await AtHalfTheComposition(cancellationToken);
        var video = string.Concat(await Task.WhenAll(composition.Segments.Select(path => File.ReadAllTextAsync(path, cancellationToken))));
        return new(
            await WriteAsync(workspace, video, cancellationToken), await WriteAsync(workspace, "WEBVTT", cancellationToken),
            await WriteAsync(workspace, "words", cancellationToken), await WriteAsync(workspace, "poster", cancellationToken),
            composition.Timeline.Seconds);
    }

    private ScriptShot NewShot(int number) => new()
    {
        Id = ScriptShot.FormatId(1, number),
        Page = 1,
        Panel = new() { X = number * 10, Y = 0, Width = 100, Height = 100 },
        Confidence = 1,
        Line = Silent ? null : new string('a', number),
        Transition = number % 2 == 0 ? ShotTransition.Fade : ShotTransition.Cut,
    };

    private async Task MakeAsync(string name, CancellationToken cancellationToken)
    {
        await Before(name, cancellationToken);
        _made.Enqueue(name);
    }

    private static async Task<string> WriteAsync(Workspace workspace, string text, CancellationToken cancellationToken)
    {
        var path = workspace.NewPath("bin");
        await File.WriteAllTextAsync(path, text, Encoding.UTF8, cancellationToken);
        return path;
    }
}
