using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Tests.Synthesis;

namespace MangaMotion.Benchmarks.Comics;

/// <summary><c>camera</c>: what drawing 1080p frames costs beside encoding them, in processor time.</summary>
internal static class CameraCommand
{
    private const int Frames = 240;
    private const int FramesPerSecond = 30;
    private const double TicksPerSecond = 100;

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };
        var command = new Command(
            "camera", "Processor time of drawing and encoding 1080p frames against encoding alone; goal at most 1.4.") { rounds };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var camera = Camera();
            await RunAsync(camera, 10, cancellationToken); // compiled before it is timed
            var runs = new List<(double Ratio, double Drawing)>();
            for (var round = 0; round < parsed.GetValue(rounds); round++)
            {
                var (drawing, encoding) = await RunAsync(camera, Frames, cancellationToken);
                runs.Add(((drawing + encoding) / encoding, drawing));
                Console.WriteLine(
                    $"drawing {drawing / Frames * 1000:F1} ms a frame, encoding {encoding / Frames * 1000:F1} ms a frame, "
                    + $"ratio {runs[^1].Ratio:F2}");
            }

            var median = runs.Order().ElementAt(runs.Count / 2).Ratio;
            Console.WriteLine($"median ratio {median:F2}  goal <= 1.4: {(median <= 1.4 ? "met" : "missed")}");
            return median <= 1.4 ? 0 : 1;
        });
        return command;
    }

    /// <summary>A push into a drawn page of about 1800 × 2500 pixels.</summary>
    private static ShotCamera Camera()
    {
        var drawn = PageArtist.Draw(PageKind.Manga, 1);
        int width = 2 * drawn.Width, height = 2 * drawn.Height;
        var planes = new byte[3 * width * height];
        Array.Fill(planes, (byte)128);
        for (var i = 0; i < width * height; i++)
            planes[i] = drawn.Grey[(i / width / 2 * drawn.Width) + (i % width / 2)];
        var path = CameraPlan.PlanPath(
            new Panel(100, 300, width - 200, (width - 200) * 9 / 16, 1),
            FrameSize.Landscape,
            Frames / (double)FramesPerSecond,
            ReadingDirection.RightToLeft);
        return new ShotCamera(new PagePlanes(planes, width, height), path, FrameSize.Landscape);
    }

    private static async Task<(double Drawing, double Encoding)> RunAsync(
        ShotCamera camera, int frames, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{camera.Size.Width}x{camera.Size.Height}",
            "-r", $"{FramesPerSecond}", "-i", "pipe:0",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", "1", "-profile:v", "high", "-bf", "2",
            "-x264-params", "keyint=60:min-keyint=1:open-gop=0", "-f", "null", "-",
        ];
        var (own, children) = Cpu();
        using var encoder = Process.Start(
            new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardInput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("ffmpeg did not start; install the package ffmpeg.");
        var frame = new byte[camera.Size.FrameBytes];
        for (var n = 0; n < frames; n++)
        {
            camera.Render(n / (double)FramesPerSecond, frame);
            await encoder.StandardInput.BaseStream.WriteAsync(frame, cancellationToken);
        }

        encoder.StandardInput.Close();
        await encoder.WaitForExitAsync(cancellationToken);
        if (encoder.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg ended with {encoder.ExitCode}; its message is above.");
        var (ownAfter, childrenAfter) = Cpu();
        return (ownAfter - own, childrenAfter - children);
    }

    /// <summary>Processor seconds of this process and of its children that have ended.</summary>
    private static (double Own, double Children) Cpu()
    {
        // Fields 14 to 17 of proc(5): user and system time, own and of children, in ticks; the name before them may hold blanks.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));

        double Ticks(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture) / TicksPerSecond;
    }
}
