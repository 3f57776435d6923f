using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Benchmarks.Film;

/// <summary>Script and pages of the benchmark <c>film</c>.</summary>
/// <param name="Pages">Pictures by page number.</param>
internal sealed record FilmChapter(VideoScript Script, IReadOnlyDictionary<int, string> Pages)
{
    private static readonly string?[] Lines =
    [
        "Every night, Mira lights the lamp.", "The sea is angry tonight.", "Far out, a small boat is coming home.",
        "Then the storm strikes the tower.", "Oh no! The lamp is out!", "Up the stairs, quick!", "The lamp is broken.", "Mew?",
        "Father! He cannot see the rocks!", "Think, Mira. What else can shine?", "The old mirror! Good cat!", "And then the clouds open.",
        "Hold still... almost there...", null, "A light! Turn the boat!", null, "You saved me, little keeper. It was the cat's idea.",
        "And so the moon became the last lamp.",
    ];

    /// <summary>Creates a script of the panels of the bundled chapter and the last two of them again, with fixed lines.</summary>
    public static FilmChapter CreateTwentyShots(Workspace workspace, VideoOptions options)
    {
        List<(int Page, SampleChapter.Quad Outline)> panels = [.. SampleChapter.Panels];
        var script = new VideoScript
        {
            Title = SampleChapter.Title,
            Language = "en",
            Direction = ReadingDirection.LeftToRight,
            Width = options.Width,
            Height = options.Height,
            Fps = options.Fps,
            Pages =
            [
                .. Enumerable.Range(1, 4).Select(number => new ScriptPage
                {
                    Number = number,
                    Name = $"page-{number:00}.png",
                    Width = SampleChapter.Width,
                    Height = SampleChapter.Height,
                }),
            ],
            Shots =
            [
                .. panels.Concat(panels.TakeLast(2)).Select((panel, i) => new ScriptShot
                {
                    Id = $"shot-{i + 1:00}",
                    Page = panel.Page,
                    Panel = CreateBox(panel.Outline.Shape),
                    Outline = CreateOutline(panel.Outline),
                    Confidence = 1,
                    Line = Lines.ElementAtOrDefault(i),
                    Transition = i > 0 && panels.ElementAtOrDefault(i - 1).Page == panel.Page ? ShotTransition.Cut : ShotTransition.Fade,
                }),
            ],
        };
        return new(script, NumberPages(SampleChapter.Draw(workspace.NewPath())));

        static PagePoint[] CreateOutline(SampleChapter.Quad quad) =>
            [.. new[] { quad.A, quad.B, quad.C, quad.D }.Select(corner => new PagePoint(corner.X, corner.Y))];

        static PanelBox CreateBox(Shape shape) => new()
        {
            X = (int)shape.Left,
            Y = (int)shape.Top,
            Width = (int)(shape.Right - shape.Left),
            Height = (int)(shape.Bottom - shape.Top),
        };
    }

    /// <summary>Writes the script of a chapter as the service does.</summary>
    /// <param name="from">Chapter file or folder of pages; <c>sample</c> for the bundled chapter.</param>
    public static async Task<FilmChapter> ReadAsync(
        IServiceProvider services, Workspace workspace, string from, VideoOptions options, CancellationToken cancellationToken)
    {
        IEnumerable<string> files = from == "sample" ? SampleChapter.Draw(workspace.NewPath())
            : Directory.Exists(
                from) ? Directory.GetFiles(from).Where(file => Path.GetExtension(file) is not ".json").Order(StringComparer.Ordinal)
            : [from];
        var chapter = new Chapter(
            Guid.CreateVersion7(), [.. files.Select(file => new LocalChapterFile(file, Path.GetFileName(file)))], options);
        var written = await services.GetRequiredService<IScriptGenerator>()
            .WriteAsync(chapter, workspace, new Progress<double>(), cancellationToken);
        var pages = new Dictionary<int, string>();
        foreach (var page in written.Pages)
        {
            pages[page.Number] = workspace.NewPath();
            await services.GetRequiredService<IObjectStore>().FetchAsync(page.Key, pages[page.Number], cancellationToken);
        }

        return new(written.Script, pages);
    }

    private static Dictionary<int, string> NumberPages(IReadOnlyList<string> paths) =>
        paths.Select((path, i) => (path, i)).ToDictionary(page => page.i + 1, page => page.path);
}
