using System.Diagnostics;
using MangaMotion.Media.Tests;

namespace MangaMotion.Hostile.Files;

/// <summary>One small valid file of every accepted type, by its extension. The hostile files are made from these.</summary>
internal static class GoodFiles
{
    private const string Moving = "testsrc2=s=320x240:r=10:d=2";

    public static IReadOnlyDictionary<string, byte[]> Make()
    {
        var folder = Directory.CreateTempSubdirectory("mm-good-").FullName;
        try
        {
            var good = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var picture in (string[])["png", "jpg", "webp", "tiff"])
                Add(picture, "testsrc2=s=320x240:r=10:d=1", "-frames:v 1");
            Add("gif", Moving);
            Add("mp4", Moving, "-c:v libx264 -threads 1");
            Add("mov", Moving, "-c:v mpeg4");
            Add("avi", Moving, "-c:v mjpeg");
            Add("mkv", Moving, "-c:v libx264 -threads 1");
            Add("webm", Moving, "-c:v libvpx");
            foreach (var sound in (string[])["mp3", "wav", "aac", "m4a", "ogg", "flac"])
                Add(sound, "sine=d=1");
            foreach (var picture in (string[])["heic", "avif"])
            {
                Run("vips", "copy", Path.Combine(folder, "good.png"), Path.Combine(folder, $"good.{picture}"));
                good[picture] = File.ReadAllBytes(Path.Combine(folder, $"good.{picture}"));
            }

            good["pdf"] = PdfFiles.Drawing("0.2 0.4 0.8 rg 100 100 300 400 re f BT /F1 40 Tf 120 600 Td (Chapter one) Tj ET");
            return good;

            void Add(string extension, string source, string options = "")
            {
                good[extension] = Ffmpeg(extension, source, options);
                File.WriteAllBytes(Path.Combine(folder, $"good.{extension}"), good[extension]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Creates a file from one of ffmpeg's generated sources.</summary>
    /// <param name="options">Output options, as on the command line.</param>
    public static byte[] Ffmpeg(string extension, string source, string options = "") =>
        SampleMedia.Bytes(extension, [source], output => output.WithCustomArgument($"{options} -fflags +bitexact -flags +bitexact"));

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
