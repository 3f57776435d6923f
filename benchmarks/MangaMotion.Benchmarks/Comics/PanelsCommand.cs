using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Tests.Synthesis;

namespace MangaMotion.Benchmarks.Comics;

/// <summary>
/// <c>panels</c>: F1, order and time of the panel detector on drawn pages, or on a folder of real ones. In the folder each page is an
/// 8-bit PGM (<c>ffmpeg -i page.jpg -pix_fmt gray page.pgm</c>) with its truth beside it in page.json, in the shape that
/// <c>mangamotion panels --json</c> prints: panels with x, y, w and h, in reading order.
/// </summary>
internal static class PanelsCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var pages = new Option<DirectoryInfo?>(
            "--pages")
        { Description = "Folder of NAME.pgm with NAME.json; without it pages are drawn." };
        var direction = new Option<string>(
            "--direction")
        { Description = "Reading direction of the folder's pages.", DefaultValueFactory = _ => "rtl" };
        direction.AcceptOnlyFromAmong("rtl", "ltr");
        var count = new Option<int>("--count") { Description = "Drawn pages of each kind.", DefaultValueFactory = _ => 20 };
        var from = new Option<int>(
            "--from")
        { Description = "First seed of the drawn pages; the method was tuned on 1 to 20.", DefaultValueFactory = _ => 2001 };
        var command = new Command(
            "panels", "F1 at overlaps of .5 and .8, Kendall's tau of the order, and milliseconds a page of the panel detector.") { pages,
            direction, count, from };
        command.SetAction(parsed =>
        {
            Console.WriteLine($"{"",-14}{"pages",8}{"F1@.5",8}{"F1@.8",8}{"tau",8}{"ms",8}{"ms p95",8}");
            if (parsed.GetValue(pages) is { } folder)
            {
                var reading = parsed.GetValue(direction) == "ltr" ? ReadingDirection.LeftToRight : ReadingDirection.RightToLeft;
                Measure(folder.Name, folder.GetFiles(
                    "*.pgm").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => Read(file, reading)));
                return;
            }

            foreach (var kind in Enum.GetValues<PageKind>())
            {
                var seeds = Enumerable.Range(parsed.GetValue(from), parsed.GetValue(count));
                Measure(kind.ToString(), seeds.Select(seed => PageArtist.Draw(kind, seed)));
            }
        });
        return command;
    }

    private static void Measure(string name, IEnumerable<SyntheticPage> pages)
    {
        var score = new PageScore();
        var times = new List<double>();
        foreach (var page in pages)
        {
            if (times.Count == 0)
                page.Detect(); // compiled before it is timed
            var started = Stopwatch.GetTimestamp();
            var layout = page.Detect();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            score.Add(layout.Panels, page.Panels);
        }

        times.Sort();
        if (times.Count == 0)
            return;
        var (median, slow) = (times[times.Count / 2], times[(int)(0.95 * (times.Count - 1))]);
        Console.WriteLine(
            $"{name,-14}{times.Count,8}{score.F1At50,8:F3}{score.F1At80,8:F3}{score.Tau,8:F4}{median,8:F1}{slow,8:F1}");
    }

    private static SyntheticPage Read(FileInfo file, ReadingDirection direction)
    {
        var (width, height, grey) = Pgm(File.ReadAllBytes(file.FullName), file.Name);
        var truth = JsonSerializer.Deserialize<Truth>(File.ReadAllText(Path.ChangeExtension(file.FullName, ".json")), Json)
            ?? throw new InvalidDataException($"The truth of {file.Name} is empty; write an object with the array panels.");
        return new SyntheticPage(PageKind.Manga, 0, width, height, grey, direction, truth.Panels);
    }

    private static (int Width, int Height, byte[] Grey) Pgm(byte[] file, string name)
    {
        var words = new List<string>();
        var at = 0;
        while (words.Count < 4 && at < file.Length)
        {
            var from = at;
            while (at < file.Length && file[at] > ' ')
                at++;
            if (at > from)
                words.Add(System.Text.Encoding.ASCII.GetString(file, from, at - from));
            at++;
        }

        if (words is not ["P5", var width, var height, "255"])
            throw new InvalidDataException($"{name} is no 8-bit PGM; convert the page with ffmpeg -i page.jpg -pix_fmt gray page.pgm.");
        return (int.Parse(width), int.Parse(height), file[at..]);
    }

    private sealed record Truth(IReadOnlyList<Box> Panels);
}
