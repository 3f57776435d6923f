using System.Diagnostics;

namespace MangaMotion.Hostile.Files;

/// <summary>One small honest file of every type that is taken, by its extension: what the hostile ones are made of.</summary>
internal static class GoodFiles
{
    private static readonly string[] Picture = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=1", "-frames:v", "1"];
    private static readonly string[] Moving = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=2"];
    private static readonly string[] Sound = ["-f", "lavfi", "-i", "sine=d=1"];

    public static IReadOnlyDictionary<string, byte[]> Make()
    {
        var folder = Directory.CreateTempSubdirectory("mm-good-").FullName;
        try
        {
            var good = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            Add("png", Picture);
            Add("jpg", Picture);
            Add("webp", Picture);
            Add("tiff", Picture);
            Add("gif", Moving);
            Add("mp4", [.. Moving, "-c:v", "libx264", "-threads", "1"]);
            Add("mov", [.. Moving, "-c:v", "mpeg4"]);
            Add("avi", [.. Moving, "-c:v", "mjpeg"]);
            Add("mkv", [.. Moving, "-c:v", "libx264", "-threads", "1"]);
            Add("webm", [.. Moving, "-c:v", "libvpx"]);
            foreach (var sound in (string[])["mp3", "wav", "aac", "m4a", "ogg", "flac"])
                Add(sound, Sound);
            foreach (var picture in (string[])["heic", "avif"])
            {
                Run("vips", "copy", Path.Combine(folder, "good.png"), Path.Combine(folder, $"good.{picture}"));
                good[picture] = File.ReadAllBytes(Path.Combine(folder, $"good.{picture}"));
            }

            good["pdf"] = PdfFiles.Drawing("0.2 0.4 0.8 rg 100 100 300 400 re f BT /F1 40 Tf 120 600 Td (Chapter one) Tj ET");
            return good;

            void Add(string extension, string[] arguments) =>
                good[extension] = Ffmpeg(folder, extension, arguments);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What ffmpeg makes of the arguments, as a file of that extension.</summary>
    public static byte[] Ffmpeg(string extension, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("mm-made-").FullName;
        try
        {
            return Ffmpeg(folder, extension, arguments);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Ffmpeg(string folder, string extension, string[] arguments)
    {
        var path = Path.Combine(folder, $"good.{extension}");
        Run("ffmpeg", ["-nostdin", "-v", "error", .. arguments, "-fflags", "+bitexact", "-flags", "+bitexact", path]);
        return File.ReadAllBytes(path);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
