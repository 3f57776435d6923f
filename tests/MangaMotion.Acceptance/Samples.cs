using System.Diagnostics;
using System.Text;
using MangaMotion.Client;

namespace MangaMotion.Acceptance;

/// <summary>Files made by ffmpeg's own test sources, and a PDF written by hand.</summary>
internal static class Samples
{
    private static readonly Lazy<byte[]> Large = new(() => Make("-i", "testsrc2=s=2400x1600", "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2pipe"));
    private static readonly Lazy<byte[]> Small = new(() => Make("-i", "testsrc2=s=640x480", "-frames:v", "1", "-c:v", "png", "-f", "image2pipe"));

    /// <summary>2400 × 1600 JPEG.</summary>
    public static byte[] Jpeg => Large.Value;

    /// <summary>640 × 480 PNG.</summary>
    public static byte[] Png => Small.Value;

    public static FileToSend Named(string name, byte[] content) => new(name, () => new MemoryStream(content));

    /// <summary>Two seconds, 640 × 360, with sound.</summary>
    public static byte[] Matroska() =>
        Make("-i", "testsrc2=s=640x360", "-f", "lavfi", "-i", "sine", "-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "matroska");

    /// <summary>Three seconds of a tone.</summary>
    public static byte[] Flac() => Make("-i", "sine=frequency=440", "-t", "3", "-f", "flac");

    /// <summary>Two empty pages of 200 × 100 points; readers rebuild the table of objects that is left out.</summary>
    public static byte[] Pdf() => Encoding.ASCII.GetBytes(
        """
        %PDF-1.4
        1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
        2 0 obj <</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>> endobj
        3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 5 0 R/Resources<<>>>> endobj
        4 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>> endobj
        5 0 obj <</Length 30>> stream
        1 0 0 rg 20 20 100 50 re f    
        endstream endobj
        trailer <</Root 1 0 R/Size 6>>
        %%EOF
        """);

    private static byte[] Make(params string[] arguments)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-f", "lavfi", .. arguments, "-"])
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
