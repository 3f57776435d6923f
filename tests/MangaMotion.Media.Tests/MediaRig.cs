using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Media.Audio;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Media.Tests;

/// <summary>Media library with the registrations of a service, in a separate scratch directory.</summary>
internal sealed class MediaRig : IAsyncDisposable
{
    public MediaRig(Action<MediaOptions>? configure = null)
    {
        Options = new MediaOptions { ScratchDirectory = Directory.CreateTempSubdirectory("mm-media-").FullName, Hosts = 1 };
        configure?.Invoke(Options);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Sandbox = new Sandbox(options, NullLogger<Sandbox>.Instance);
        Root = new WorkspaceRoot(options, NullLogger<WorkspaceRoot>.Instance);
        Pool = new MediaHostPool(options, Sandbox, Root, NullLogger<MediaHostPool>.Instance);
        Libav = new Libav(Pool, Log);
        Images = new ImageRenderer(Pool, options);
    }

    public MediaOptions Options { get; }

    public ToolRunner Tools => new(Microsoft.Extensions.Options.Options.Create(Options), Sandbox);

    public Sandbox Sandbox { get; }

    public WorkspaceRoot Root { get; }

    public MediaHostPool Pool { get; }

    public Libav Libav { get; }

    /// <summary>Log lines about the decoder of video and sound.</summary>
    public LogText Log { get; } = new();

    public VideoRenderer Videos => new(Libav, Tools, Images, Microsoft.Extensions.Options.Options.Create(Options));

    public AudioRenderer Sounds => new(Libav, Tools, Images, Microsoft.Extensions.Options.Options.Create(Options));

    public ImageRenderer Images { get; }

    public ChapterReader Chapters
    {
        get
        {
            var options = Microsoft.Extensions.Options.Options.Create(Options);
            return new(new PdfRenderer(Pool, options), new PageImages(Pool, options), Pool, options);
        }
    }

    public async Task<Rendering> RenderAsync(string file, ImageRequest? request = null, CancellationToken cancellationToken = default)
    {
        var workspace = Root.Create();
        File.Copy(file, workspace.Input);
        var image = await Images.RenderAsync(
            workspace, workspace.Input, MediaSniffer.SniffFile(file).Require(), request ?? new ImageRequest(), cancellationToken);
        return new Rendering(workspace, image);
    }

    /// <summary>Creates a workspace with the file as its input, and finds the type of the file.</summary>
    public (Workspace Workspace, MediaType Type) Open(string file)
    {
        var workspace = Root.Create();
        File.Copy(file, workspace.Input);
        return (workspace, MediaSniffer.SniffFile(file).Require());
    }

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        Root.Dispose();
        Directory.Delete(Options.ScratchDirectory, recursive: true);
    }
}

/// <summary>Logger that keeps its lines.</summary>
internal sealed class LogText : ILogger<Libav>
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception));
}

internal sealed record Rendering(Workspace Workspace, RenderedImage Image)
{
    public MediaFile this[string variant] => Image.Files.Single(file => file.Variant == variant);
}

/// <summary>Pictures that are made and measured with the command line of the system's libvips.</summary>
internal sealed class Vips : IDisposable
{
    private int _files;
    private int _pictures;

    private string Folder { get; } = Directory.CreateTempSubdirectory("mm-pictures-").FullName;

    public string NewPath(string extension) => Path.Combine(Folder, $"{Interlocked.Increment(ref _files)}.{extension}");

    /// <summary>Creates an RGB picture of soft waves and fine lines in three colours, different at each call.</summary>
    public string Picture(int width, int height)
    {
        var seed = Interlocked.Increment(ref _pictures);
        var path = NewPath("ppm");
        File.WriteAllBytes(
            path, HandMade.Pixmap(width, height, (x, y) => (Wave(x, y, 37 + seed), Wave(y, x, 53 + seed), Wave(x + y, x - y, 71 + seed))));
        return path;

        static byte Wave(int x, int y, int length) =>
            (byte)(128 + (70 * Math.Sin(2 * Math.PI * x / length / 3) * Math.Cos(2 * Math.PI * y / length / 5))
                + (20 * Math.Sin((x + (0.3 * y)) / 4)));
    }

    /// <summary>Encodes the picture in a format with libvips's save options, such as <c>png[interlace]</c>.</summary>
    public string Encode(string picture, string format) => Make(format, "copy", picture, "OUT");

    /// <summary>Creates frames on top of each other, which is libvips's form of an animation.</summary>
    public string Strip(int frames, int width, int height) =>
        Enumerable.Range(1, frames - 1).Aggregate(
            Picture(width, height), (strip, _) => Make("v", "join", Picture(width, height), strip, "OUT", "vertical"));

    /// <summary>Runs one operation. <c>OUT</c> stands for the output file, whose options are in <paramref name="extension"/>.</summary>
    public string Make(string extension, params string[] arguments)
    {
        var bare = extension.Split('[')[0];
        var path = NewPath(bare);
        Run("vips", [.. arguments.Select(argument => argument == "OUT" ? path + extension[bare.Length..] : argument)]);
        return path;
    }

    /// <summary>Computes the peak signal-to-noise ratio of two pictures of one size, in dB.</summary>
    public double Psnr(string one, string other)
    {
        var difference = Make("v", "subtract", one, other, "OUT");
        var squares = Make("v", "multiply", difference, difference, "OUT");
        return 10 * Math.Log10(255 * 255 / Math.Max(1e-9, double.Parse(Run("vips", "avg", squares))));
    }

    /// <summary>Reads the bands of a pixel.</summary>
    public static double[] Pixel(string path, int x, int y) =>
        [.. Run("vips", "getpoint", path, $"{x}", $"{y}").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(double.Parse)];

    /// <summary>Reads a header field, such as <c>width</c> or <c>n-pages</c>.</summary>
    public static string Header(string path, string field) => Run("vipsheader", "-f", field, path).Trim();

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
