using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Media;
using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using MangaMotion.Thumbnail.Rendering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(MangaMotion.Formats.Bench))]

namespace MangaMotion.Formats;

/// <summary>Makes files with real tools and sends them through the thumbnail service's own code. One for all tests.</summary>
public sealed class Bench : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mm-formats-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _rows = new();
    private readonly ServiceProvider _services;
    private int _files;

    public Bench() => _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Media:ScratchDirectory", Path.Combine(_folder, "scratch")),
            new("Media:Hosts", "2"),
        ]).Build())
        .AddMedia()
        .AddSingleton<MediaRenderer>()
        .BuildServiceProvider();

    /// <summary>What comes out of a cell. Each cell runs once.</summary>
    public Task<string> RunAsync(Cell cell) => _rows.GetOrAdd(cell.Name, _ => new Lazy<Task<string>>(() => cell.Run(this))).Value;

    public string NewPath(string extension) => Path.Combine(_folder, $"{Interlocked.Increment(ref _files)}.{extension}");

    /// <summary>A file of the given bytes.</summary>
    public string Write(string extension, byte[] content)
    {
        var path = NewPath(extension);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>A file made by a program; <c>OUT</c> in the arguments is its path.</summary>
    public string Make(string extension, string program, params string[] arguments)
    {
        var path = NewPath(extension);
        Run(program, [.. arguments.Select(argument => argument.Replace("OUT", path, StringComparison.Ordinal))]);
        return path;
    }

    /// <summary>A file made by ffmpeg. <paramref name="arguments"/> are separated by blanks and end before the output.</summary>
    public string Ffmpeg(string extension, string arguments) =>
        Make(extension, "ffmpeg", ["-nostdin", "-v", "error", "-y", .. Split(arguments), "OUT"]);

    /// <summary>A file that ffmpeg writes to a pipe, as recorders do: it cannot go back and write durations or an index.</summary>
    public string Piped(string extension, string arguments) =>
        Write(extension, Run("ffmpeg", ["-nostdin", "-v", "error", .. Split(arguments), "-"]));

    /// <summary>Sends a file through the product.</summary>
    public async Task<Outcome> SendAsync(string file)
    {
        await using var workspace = _services.GetRequiredService<WorkspaceRoot>().Create();
        File.Copy(file, workspace.Input);
        try
        {
            var type = MediaSniffer.SniffFile(workspace.Input).Require();
            var (result, files) = await _services.GetRequiredService<MediaRenderer>()
                .RenderAsync(workspace, type, new ImageRequest(), CancellationToken.None);
            return new Outcome(result, files.ToDictionary(made => made.Variant, made => File.ReadAllBytes(made.Path)), Refusal: null);
        }
        catch (MediaException refusal)
        {
            return new Outcome(Result: null, [], refusal);
        }
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Runs a program and returns the bytes of its standard output.</summary>
    public static byte[] Run(string program, IReadOnlyList<string> arguments, byte[]? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var sent = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input ?? []);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        sent.Wait();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string[] Split(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What the product made of a file.</summary>
/// <param name="Files">Content of each variant.</param>
public sealed record Outcome(ThumbnailResult? Result, Dictionary<string, byte[]> Files, MediaException? Refusal)
{
    /// <summary>The result of a file that was taken.</summary>
    public ThumbnailResult Require() => Result ?? throw new InvalidOperationException($"refused: {Refusal!.Message}");

    /// <summary>The refusal's message to the owner.</summary>
    public string RequireRefusal(string code)
    {
        Refusal.ShouldNotBeNull($"taken as {Result?.MediaType}").Code.ShouldBe(code, Refusal!.Message);
        return $"refused: “{Refusal.OwnerMessage}”";
    }

    /// <summary>Red, green and blue of a pixel of a variant, at a place given as parts of its width and height.</summary>
    public (int R, int G, int B) Pixel(string variant, double x, double y)
    {
        var (width, height, rgb) = Pixels(variant);
        var at = (((int)(y * height) * width) + (int)(x * width)) * 3;
        return (rgb[at], rgb[at + 1], rgb[at + 2]);
    }

    /// <summary>The pixels of a variant, decoded by ffmpeg.</summary>
    public (int Width, int Height, byte[] Rgb) Pixels(string variant)
    {
        var ppm = Bench.Run("ffmpeg", ["-v", "error", "-f", "image2pipe", "-i", "-", "-frames:v", "1", "-c:v", "ppm", "-f", "image2pipe",
            "-"], Files[variant]);
        var head = System.Text.Encoding.ASCII.GetString(ppm, 0, 20).Split((char[])['\n', ' ']);
        var (width, height) = (int.Parse(head[1]), int.Parse(head[2]));
        return (width, height, ppm[^(width * height * 3)..]);
    }
}
