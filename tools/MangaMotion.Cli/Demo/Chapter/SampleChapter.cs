using System.IO.Compression;

namespace MangaMotion.Cli.Demo.Chapter;

/// <summary>
/// Sample chapter of the demo and the tests, drawn by this code: "The Last Lamp", four pages with eighteen panels, read from left to
/// right. Each page has slanted gutters; one panel has no frame.
/// </summary>
internal static class SampleChapter
{
    public const string Title = "The Last Lamp";
    public const int Width = 1600;
    public const int Height = 2260;

    private const double Line = 7;

    private static readonly IReadOnlyList<(Quad Outline, bool Framed, Action<Ink> Draw)>[] Pages =
        [StormComes.Panels, DarkTower.Panels, OldMirror.Panels, Homecoming.Panels];

    /// <summary>Corners of a panel in pixels: upper left, upper right, lower right, lower left.</summary>
    internal readonly record struct Quad((double X, double Y) A, (double X, double Y) B, (double X, double Y) C, (double X, double Y) D)
    {
        public static Quad Of(double left, double top, double right, double bottom) =>
            new((left, top), (right, top), (right, bottom), (left, bottom));

        public Shape Shape => Shape.Polygon(A, B, C, D);
    }

    /// <summary>Panels in reading order, with page numbers from 1.</summary>
    public static IEnumerable<(int Page, Quad Outline)> Panels =>
        Pages.SelectMany((panels, i) => panels.Select(panel => (i + 1, panel.Outline)));

    /// <summary>Draws the pages as PNG files into a folder, in reading order.</summary>
    public static IReadOnlyList<string> Draw(string folder)
    {
        Directory.CreateDirectory(folder);
        var paths = Enumerable.Range(1, Pages.Length).Select(number => Path.Combine(folder, $"page-{number:00}.png")).ToList();
        Parallel.For(0, Pages.Length, i => DrawPage(Pages[i]).SavePng(paths[i]));
        return paths;
    }

    /// <summary>Draws the chapter as a comic book archive.</summary>
    public static void DrawCbz(string path)
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-chapter-");
        try
        {
            using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
            foreach (var page in Draw(folder.FullName))
                archive.CreateEntryFromFile(page, Path.GetFileName(page), CompressionLevel.NoCompression);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Canvas DrawPage(IReadOnlyList<(Quad Outline, bool Framed, Action<Ink> Draw)> panels)
    {
        var page = new Canvas(Width, Height);
        page.Fill((_, _) => new(1, 1, 1));
        var everywhere = new Ink(page, Shape.Box(0, 0, Width, Height));
        foreach (var (outline, framed, draw) in panels)
        {
            draw(new Ink(page, outline.Shape));
            if (framed)
                everywhere.Outline(outline.Shape, Line, Ink.Black);
        }

        return page;
    }
}
