using System.Diagnostics;
using System.Text;
using MangaMotion.Client;

namespace MangaMotion.Acceptance;

/// <summary>Files made by ffmpeg's own test sources, and a PDF written by hand.</summary>
internal static class Samples
{
    private static readonly Lazy<byte[]> Large = new(() => Make("-i", "testsrc2=s=2400x1600", "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2pipe"));
    private static readonly Lazy<byte[]> Small = new(() => Make("-i", "testsrc2=s=640x480", "-frames:v", "1", "-c:v", "png", "-f", "image2pipe"));

    private static readonly Lazy<byte[]> Drawn = new(() => Make(
        "-i", "color=white:s=900x1280",
        "-vf", "drawbox=40:40:820:560:black:6,drawbox=40:660:390:580:black:6,drawbox=470:660:390:580:black:6,drawbox=200:200:200:200:gray:fill,drawbox=120:800:150:250:silver:fill,drawbox=560:760:180:300:gray:fill",
        "-frames:v", "1", "-c:v", "png", "-f", "image2pipe"));

    /// <summary>A page of three framed panels, 900 × 1280.</summary>
    public static byte[] Page => Drawn.Value;

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

    /// <summary>98 megapixels that have to be decoded whole: 392 MB and more.</summary>
    public static byte[] LargeInterlacedPng() => MakeFile("png[interlace]", "vips", "black", "", "9900", "9900", "--bands", "4");

    /// <summary>Three seconds of a tone, with a picture of 320 × 320 as its cover.</summary>
    public static byte[] Mp3WithCover() => MakeFile(
        "mp3", "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=3", "-f", "lavfi", "-i", "testsrc2=s=320x320:r=1:d=1", "-map", "0", "-map", "1", "-c:v", "mjpeg", "-disposition:v:0", "attached_pic");

    /// <summary>Ten frames of 64 × 48.</summary>
    public static byte[] Gif() => Make("-i", "testsrc2=s=64x48", "-frames:v", "10", "-f", "gif");

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

    /// <summary>A page of tiles a thousandth of a point apart: more work than any limit allows, so that it is under way whenever one looks.</summary>
    public static byte[] EndlessPdf() => Encoding.ASCII.GetBytes(
        """
        %PDF-1.4
        1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
        2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
        3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Pattern<</P 5 0 R>>>>>> endobj
        4 0 obj <</Length 40>> stream
        /Pattern cs /P scn 0 0 200 100 re f     
        endstream endobj
        5 0 obj <</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>/Length 13>> stream
        0 0 1 1 re f 
        endstream endobj
        trailer <</Root 1 0 R/Size 6>>
        %%EOF
        """);

    /// <summary>For formats that are not written to a pipe.</summary>
    /// <param name="extension">With the options of vips, where it is vips.</param>
    /// <param name="arguments">An empty one stands for the file; without one, the file is the last.</param>
    private static byte[] MakeFile(string extension, string program, params string[] arguments)
    {
        var path = Path.Combine(Path.GetTempPath(), $"mm-{Guid.NewGuid():N}.{extension}");
        using var process = Process.Start(new ProcessStartInfo(program, arguments.Contains("") ? arguments.Select(x => x.Length > 0 ? x : path) : [.. arguments, path]) { UseShellExecute = false })!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        path = path.Split('[')[0];
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

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
