using System.Diagnostics;
using System.Text;
using FFMpegCore.Enums;
using MangaMotion.Client;
using MangaMotion.Media.Tests;

namespace MangaMotion.Acceptance;

/// <summary>Sample files from ffmpeg's generated sources, made with FFMpegCore, and PDFs written byte by byte.</summary>
internal static class Samples
{
    private const string Panels =
        "drawbox=40:40:820:560:black:6,drawbox=40:660:390:580:black:6,drawbox=470:660:390:580:black:6,"
        + "drawbox=200:200:200:200:gray:fill,drawbox=120:800:150:250:silver:fill,drawbox=560:760:180:300:gray:fill";

    private static readonly Lazy<byte[]> Large = new(
        () => SampleMedia.Bytes("jpg", ["testsrc2=s=2400x1600"], output => output.WithFrameCount(1)));
    private static readonly Lazy<byte[]> Small = new(
        () => SampleMedia.Bytes("png", ["testsrc2=s=640x480"], output => output.WithFrameCount(1)));
    private static readonly Lazy<byte[]> Drawn = new(
        () => SampleMedia.Bytes("png", [$"color=white:s=900x1280,{Panels}"], output => output.WithFrameCount(1)));

    /// <summary>Page of three framed panels, 900 × 1280.</summary>
    public static byte[] Page => Drawn.Value;

    /// <summary>2400 × 1600 JPEG.</summary>
    public static byte[] Jpeg => Large.Value;

    /// <summary>640 × 480 PNG.</summary>
    public static byte[] Png => Small.Value;

    public static FileToSend Named(string name, byte[] content) => new(name, () => new MemoryStream(content));

    /// <summary>Creates a video of 2 s, 640 × 360, with sound.</summary>
    public static byte[] Matroska() =>
        SampleMedia.Bytes("mkv", ["testsrc2=s=640x360", "sine"], output => output
            .WithDuration(TimeSpan.FromSeconds(2))
            .WithVideoCodec("libx264").WithSpeedPreset(EncoderPreset.UltraFast).WithPixelFormat("yuv420p")
            .WithAudioCodec("aac"));

    /// <summary>Creates a tone of 3 s.</summary>
    public static byte[] Flac() =>
        SampleMedia.Bytes("flac", ["sine=frequency=440"], output => output.WithDuration(TimeSpan.FromSeconds(3)));

    /// <summary>Creates a picture of 98 megapixels that must be decoded as a whole: 392 MB and more.</summary>
    public static byte[] LargeInterlacedPng()
    {
        var path = Path.Combine(Path.GetTempPath(), $"mm-{Guid.NewGuid():N}.png");
        using var vips = Process.Start(
            new ProcessStartInfo("vips", ["black", $"{path}[interlace]", "9900", "9900", "--bands", "4"]) { UseShellExecute = false })!;
        vips.WaitForExit();
        vips.ExitCode.ShouldBe(0);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    /// <summary>Creates a tone of 3 s with a cover of 320 × 320.</summary>
    public static byte[] Mp3WithCover() =>
        SampleMedia.Bytes("mp3", ["sine=d=3", "testsrc2=s=320x320:r=1:d=1"], output => output
            .WithMap(0, StreamType.Audio).WithMap(1, StreamType.Video)
            .WithVideoCodec("mjpeg").WithDisposition(StreamDisposition.AttachedPicture, StreamType.Video, 0));

    /// <summary>Creates an animation of 10 frames of 64 × 48.</summary>
    public static byte[] Gif() => SampleMedia.Bytes("gif", ["testsrc2=s=64x48"], output => output.WithFrameCount(10));

    /// <summary>Creates two empty pages of 200 × 100 points. The table of objects is left out, and readers rebuild it.</summary>
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

    /// <summary>Creates a page of 6,000 curves, which takes some seconds to render, so that a test finds it in progress.</summary>
    public static byte[] SlowPdf()
    {
        var curves = SamplePdf.Curves(6_000);
        return Encoding.ASCII.GetBytes(
            $"""
            %PDF-1.4
            1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
            2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
            3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<>>>> endobj
            4 0 obj <</Length {curves.Length}>> stream
            {curves}
            endstream endobj
            trailer <</Root 1 0 R/Size 5>>
            %%EOF
            """);
    }
}
