using FFMpegCore;
using FFMpegCore.Exceptions;

namespace MangaMotion.Cli.Demo;

/// <summary>Sample images of the demo: drawings of a lighthouse in several formats, and two bad files.</summary>
internal static class SampleImages
{
    /// <summary>Number of bad files: a text file, and a truncated image.</summary>
    public const int BadCount = 2;

    /// <summary>Writes the samples to a folder.</summary>
    /// <returns>Paths in the order of the contact sheet.</returns>
    public static async Task<IReadOnlyList<string>> DrawAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        string Path(string name) => System.IO.Path.Combine(folder, name);

        var frames = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            frames.Add(Path($"frame{i}.png"));
            Scene(480, 360, beam: i / 8.0, seed: 3).SavePng(frames[i]);
        }

        Scene(2400, 1600, beam: 0.08, seed: 1).SavePng(Path("lighthouse.png"));
        Scene(1600, 2400, beam: 0.55, seed: 2).SavePng(Path("portrait.png"));
        Page(1800, 2600).SavePng(Path("comic-page.png"));
        Badge(900).SavePng(Path("badge-transparent.png"));
        await ConvertAsync(Path("lighthouse.png"), Path("lighthouse.jpg"), "-q:v 2", cancellationToken);
        await ConvertAsync(Path("portrait.png"), Path("portrait.webp"), "-quality 90", cancellationToken);
        await ConvertAsync(Path("lighthouse.png"), Path("scan.tiff"), "-vf scale=1200:-1", cancellationToken);
        await ConvertAsync(
            Path("frame%d.png"), Path("turning-light.gif"), "-vf split[a][b];[a]palettegen[p];[b][p]paletteuse", cancellationToken,
            framesPerSecond: 8);
        await File.WriteAllTextAsync(Path("notes.jpg"), "This is a text file with the extension .jpg.\n", cancellationToken);
        var page = await File.ReadAllBytesAsync(Path("comic-page.png"), cancellationToken);
        await File.WriteAllBytesAsync(Path("cut-short.png"), page[..20_000], cancellationToken);
        foreach (var drawing in frames.Append(Path("lighthouse.png")).Append(Path("portrait.png")))
            File.Delete(drawing);

        return Array.ConvertAll(
            [
                "lighthouse.jpg", "portrait.webp", "comic-page.png", "badge-transparent.png", "turning-light.gif", "scan.tiff",
                "notes.jpg", "cut-short.png",
            ],
            Path);
    }

    private static Canvas Scene(int width, int height, double beam, int seed)
    {
        var canvas = new Canvas(width, height);
        var random = new Random(seed);
        var ripples = Enumerable.Range(0, 6).Select(_ => (Rate: 20 + (60 * random.NextDouble()), Phase: 7 * random.NextDouble())).ToArray();
        const double Horizon = 0.68;
        canvas.Fill((x, y) =>
        {
            if (y < Horizon)
                return Colour.Mix(new(0.05, 0.07, 0.22), new(0.95, 0.55, 0.42), Math.Pow(y / Horizon, 2.2));
            var wave = ripples.Sum(ripple => Math.Sin((x * ripple.Rate) + (y * 90) + ripple.Phase));
            return Colour.Mix(new(0.75, 0.42, 0.38), new(0.03, 0.07, 0.18), Math.Min(1, ((y - Horizon) * 4) + (0.05 * wave)));
        });
        for (var i = 0; i < 60; i++)
        {
            var (x, y) = (random.NextDouble() * width, random.NextDouble() * height * 0.45);
            var light = new Colour(1, 1, 0.9, 0.4 + (0.6 * random.NextDouble()));
            canvas.DrawBox(x - 4, y - 4, x + 4, y + 4, (px, py) => double.Hypot(px - x, py - y) - 1.2, light);
        }

        var unit = Math.Min(width, height);
        var (moonX, moonY) = (width * 0.76, height * 0.2);
        canvas.Draw((x, y) => double.Hypot(x - moonX, y - moonY) - (unit * 0.07), new(1, 0.97, 0.85));
        Lighthouse(canvas, width * 0.3, height * 0.8, unit, beam);
        return canvas;
    }

    private static void Lighthouse(Canvas canvas, double x, double foot, int unit, double beam)
    {
        var top = foot - (unit * 0.5);
        var angle = beam * 2 * Math.PI;
        canvas.Draw(
            (px, py) =>
            {
                var (dx, dy) = (px - x, py - top);
                var along = (dx * Math.Cos(angle)) + (dy * Math.Sin(angle));
                var across = Math.Abs((dy * Math.Cos(angle)) - (dx * Math.Sin(angle)));
                return along < 0 ? -along : across - (along * 0.12);
            },
            new(1, 0.95, 0.7, 0.35));
        canvas.Draw(
            (px, py) => Math.Max(Math.Abs(px - x) - (unit * 0.28) - ((py - foot) * 0.9), Math.Abs(py - foot - (unit * 0.1)) - (unit * 0.1)),
            new(0.08, 0.07, 0.1));
        canvas.Draw(
            (px, py) => Math.Max(Math.Abs(px - x) - (unit * 0.035) - ((py - top) * 0.06), Math.Max(top - py, py - foot - 4)),
            new(0.93, 0.91, 0.88));
        for (var stripe = 0; stripe < 3; stripe++)
        {
            var middle = top + (unit * (0.13 + (0.15 * stripe)));
            canvas.Draw(
                (px, py) => Math.Max(Math.Abs(px - x) - (unit * 0.035) - ((py - top) * 0.06), Math.Abs(py - middle) - (unit * 0.035)),
                new(0.75, 0.18, 0.16));
        }

        canvas.Draw((px, py) => Math.Max(Math.Abs(px - x) - (unit * 0.045), Math.Abs(py - top) - (unit * 0.012)), new(0.1, 0.1, 0.12));
        canvas.Draw((px, py) => double.Hypot(px - x, py - top + (unit * 0.035)) - (unit * 0.028), new(1, 0.95, 0.65));
    }

    private static Canvas Page(int width, int height)
    {
        var page = new Canvas(width, height);
        page.Fill((_, _) => new(1, 1, 1));
        (double X, double Y, double W, double H, int Seed)[] panels =
            [(0.05, 0.04, 0.9, 0.3, 4), (0.05, 0.36, 0.42, 0.3, 5), (0.5, 0.36, 0.45, 0.3, 6), (0.05, 0.68, 0.9, 0.28, 7)];
        foreach (var panel in panels)
        {
            var (x, y, w, h) = ((int)(panel.X * width), (int)(panel.Y * height), (int)(panel.W * width), (int)(panel.H * height));
            page.Paste(Scene(w, h, beam: panel.Seed / 9.0, panel.Seed), x, y);
            page.Draw(
                (px, py) => Math.Abs(Math.Max(Math.Abs(px - x - (w / 2.0)) - (w / 2.0), Math.Abs(py - y - (h / 2.0)) - (h / 2.0))) - 4,
                new(0.05, 0.05, 0.05));
            var (bubbleX, bubbleY) = (x + (w * 0.72), y + (h * 0.25));
            page.Draw((px, py) => (double.Hypot((px - bubbleX) / 1.7, py - bubbleY) - (h * 0.13)), new(1, 1, 1));
        }

        return page;
    }

    private static Canvas Badge(int size)
    {
        var badge = new Canvas(size, size);
        var middle = size / 2.0;
        badge.Draw((x, y) => double.Hypot(x - middle, y - middle) - (size * 0.46), new(0.12, 0.2, 0.42));
        badge.Draw((x, y) => Math.Abs(double.Hypot(x - middle, y - middle) - (size * 0.4)) - (size * 0.012), new(0.95, 0.75, 0.4));
        Lighthouse(badge, middle, size * 0.72, (int)(size * 0.75), beam: 0.9);
        return badge;
    }

    private static async Task ConvertAsync(
        string from, string to, string options, CancellationToken cancellationToken, int framesPerSecond = 25)
    {
        try
        {
            await FFMpegArguments
                .FromFileInput(from, verifyExists: false, input => input.WithCustomArgument($"-framerate {framesPerSecond}"))
                .OutputToFile(to, overwrite: true, output => output.WithCustomArgument(options))
                .CancellableThrough(cancellationToken)
                .ProcessAsynchronously();
        }
        catch (FFMpegException exception)
        {
            throw new CommandException($"ffmpeg failed to write a sample image: {exception.Message.Trim()}");
        }
    }
}
