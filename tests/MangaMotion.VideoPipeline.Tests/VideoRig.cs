using System.Diagnostics;
using System.Globalization;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Pages;
using MangaMotion.Film.Speech;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.VideoPipeline.Tests;

/// <summary>
/// Voice, camera and compositor with the registrations of the service, in a separate scratch directory, and the pages of the bundled
/// chapter.
/// </summary>
public sealed class VideoRig : IAsyncDisposable
{
    private static readonly Lazy<IReadOnlyList<string>> Drawn = new(
        () => SampleChapter.Draw(Directory.CreateTempSubdirectory("mm-chapter-").FullName));

    private readonly string _folder = Directory.CreateTempSubdirectory("mm-video-").FullName;
    private readonly ServiceProvider _services;

    /// <summary>Segments by their hash.</summary>
    private readonly Dictionary<string, string> _segments = [];

    public VideoRig()
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(
                new ConfigurationBuilder().AddInMemoryCollection([new("Media:ScratchDirectory", Path.Combine(_folder, "scratch"))]).Build())
            .AddMedia()
            .AddFilm()
            .AddVoiceGen()
            .AddVideoGen()
            .AddSingleton<ICompositor, Compositor>()
            .BuildServiceProvider();
        Workspace = _services.GetRequiredService<WorkspaceRoot>().Create();
    }

    public Workspace Workspace { get; }

    public static IReadOnlyDictionary<int, string> Pictures =>
        Drawn.Value.Select((path, i) => (path, i)).ToDictionary(page => page.i + 1, page => page.path);

    public SpeechSynthesizer Synthesizer => _services.GetRequiredService<SpeechSynthesizer>();

    internal SegmentRenderer Camera => _services.GetRequiredService<SegmentRenderer>();

    public PageReader Pages => _services.GetRequiredService<PageReader>();

    public FrameEncoder Encoder => _services.GetRequiredService<FrameEncoder>();

    public IShotVoice Voice => _services.GetRequiredService<IShotVoice>();

    public ISegmentRenderer Renderer => _services.GetRequiredService<ISegmentRenderer>();

    public ICompositor Compositor => _services.GetRequiredService<ICompositor>();

    public static VideoScript Script(int width, int height, params IReadOnlyList<ScriptShot> shots) => new()
    {
        Title = "The Last Lamp",
        Language = "en",
        Direction = ReadingDirection.LeftToRight,
        Width = width,
        Height = height,
        Fps = 30,
        Pages = [.. Enumerable.Range(1, 4).Select(number => new ScriptPage
        {
            Number = number,
            Name = $"page-{number:00}.png",
            Width = SampleChapter.Width,
            Height = SampleChapter.Height,
        })],
        Shots = shots,
    };

    public static ScriptShot Shot(
        int page, int number, PanelBox panel, string? line = null, ShotTransition transition = ShotTransition.Fade) =>
        new() { Id = ScriptShot.FormatId(page, number), Page = page, Panel = panel, Confidence = 1, Line = line, Transition = transition };

    /// <summary>Makes a video as the saga does, one part after the other.</summary>
    public async Task<MadeVideo> MakeAsync(VideoScript script, VideoOptions options)
    {
        var speeches = new Dictionary<string, ShotSpeech>();
        foreach (var shot in script.Shots.Where(shot => shot.Line is not null))
            speeches[shot.Id] = await Voice.SpeakAsync(shot, options, [], Workspace, CancellationToken.None);

        var timeline = Timeline.Create(script, speeches.ToDictionary(speech => speech.Key, speech => speech.Value.Seconds));
        StoredPage[] pages = [.. Pictures.Select(page => new StoredPage(page.Key, page.Value, page.Value))];
        var words = speeches.ToDictionary(speech => speech.Key, speech => speech.Value.Words);
        var segments = new List<string>();
        foreach (var plan in new VideoPlanner(Voice, Renderer).PlanSegments(script, pages, timeline, options, words))
        {
            if (!_segments.TryGetValue(plan.Hash, out var path))
                _segments[plan.Hash] = path = (await Renderer.RenderAsync(plan.Spec, Pictures, Workspace, CancellationToken.None)).Path;
            segments.Add(path);
        }

        var composition = new Composition(script, timeline, speeches, segments, options);
        var video = await Compositor.ComposeAsync(composition, Workspace, new Progress<double>(), CancellationToken.None);
        return new(video, timeline, speeches, segments);
    }

    public string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output + error.Result;
    }

    public double[] Numbers(string video, string stream, string entry) =>
        [.. Run("ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", entry, "-of", "csv=p=0", video)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line.Trim(','), CultureInfo.InvariantCulture))];

    /// <summary>Decodes the sound of a video or WAV to 48 kHz, mono, 16 bits.</summary>
    public short[] Samples(string file)
    {
        var raw = Path.Combine(_folder, "sound.raw");
        Run("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", file, "-map", "0:a", "-ac", "1", "-ar", "48000", "-f", "s16le", raw);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(raw)).ToArray();
    }

    /// <summary>Decodes the brightness of all pixels, frame after frame, 8 bits each.</summary>
    public byte[] Grey(string video)
    {
        var raw = Path.Combine(_folder, "grey.raw");
        Run("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", video, "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray", raw);
        return File.ReadAllBytes(raw);
    }

    public async ValueTask DisposeAsync()
    {
        await Workspace.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <param name="Segments">Files that the video was joined from, in order.</param>
public sealed record MadeVideo(
    ComposedVideo Video, Timeline Timeline, IReadOnlyDictionary<string, ShotSpeech> Speeches, IReadOnlyList<string> Segments);
