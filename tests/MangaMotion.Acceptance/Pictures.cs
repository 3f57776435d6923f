using System.Diagnostics;
using MangaMotion.Client;

namespace MangaMotion.Acceptance;

/// <summary>Pictures made by ffmpeg's own test source.</summary>
internal static class Pictures
{
    private static readonly Lazy<byte[]> Large = new(() => Make("testsrc2=s=2400x1600", "mjpeg"));
    private static readonly Lazy<byte[]> Small = new(() => Make("testsrc2=s=640x480", "png"));

    /// <summary>2400 × 1600 JPEG.</summary>
    public static byte[] Jpeg => Large.Value;

    /// <summary>640 × 480 PNG.</summary>
    public static byte[] Png => Small.Value;

    public static FileToSend Named(string name, byte[] content) => new(name, () => new MemoryStream(content));

    private static byte[] Make(string source, string codec)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo(
            "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", "-c:v", codec, "-f", "image2pipe", "-"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        using var bytes = new MemoryStream();
        ffmpeg.StandardOutput.BaseStream.CopyTo(bytes);
        ffmpeg.WaitForExit();
        ffmpeg.ExitCode.ShouldBe(0);
        return bytes.ToArray();
    }
}
