using MangaMotion.Media.Video;

namespace MangaMotion.Media.Tests;

public sealed class FfmpegReportTests
{
    [Fact]
    public void A_report_gives_picture_sound_and_length()
    {
        const string Video = "h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709, progressive), 720x576 [SAR 16:15 DAR 4:3], 6334 kb/s, "
            + "29.97 fps, 30 tbr, 15360 tbn (default)";
        var probed = FfmpegReport.Parse(
            $"""
            [mov @ 0x5] some complaint
            Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:input':
              Metadata:
                title           : Holiday
              Duration: 00:01:05.25, start: 0.000000, bitrate: 6414 kb/s
              Stream #0:0[0x1](und): Video: {Video}
                Metadata:
                  handler_name    : VideoHandler
                Side data:
                  displaymatrix: rotation of -90.00 degrees
              Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 69 kb/s (default)
              Stream #0:2[0x0]: Video: mjpeg (Baseline), yuvj420p(pc), 320x320 [SAR 1:1 DAR 1:1], 90k tbr, 90k tbn (attached pic)
            Stream mapping:
              Stream #0:0 -> #0:0 (h264 (native) -> ppm (native))
            Output #0, image2, to 'poster.ppm':
              Stream #0:0(und): Video: ppm, rgb24(pc), 640x360 [SAR 1:1 DAR 16:9], q=2-31, 200 kb/s, 30 fps, 30 tbn (default)
            """);

        probed.ShouldBe(new Probed(
            65.25, new ProbedVideo(0, "h264", 576, 768, 90, 29.97, HighDynamicRange: false, 720 * 576),
            new ProbedAudio(1, "aac", 44_100, 2), Cover: 2));
    }

    [Theory]
    [InlineData("yuv420p10le(tv, bt2020nc/bt2020/smpte2084)", true)]
    [InlineData("yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67)", true)]
    [InlineData("yuv420p(tv, bt709)", false)]
    public void High_dynamic_range_is_recognised_by_its_transfer_function(string format, bool high) =>
        FfmpegReport.Parse(
            $"Input #0, matroska,webm, from 'file:input':\n  Stream #0:0: Video: hevc (Main 10), {format}, 64x48, 30 "
                + "fps\nStream mapping:\n")!
            .Video!.HighDynamicRange.ShouldBe(high);

    [Theory]
    [InlineData("")]
    [InlineData("Input #0, mp3, from 'file:input':\n  Stream #0:0: Audio: mp3, 44100 Hz, mono, fltp\n")]
    [InlineData("Input #0, mp3, from 'file:input':\n  Stream #0:0: Audio: mp3, 44100 Hz, 3 channels, fltp\nStream mapping:\n")]
    [InlineData("Input #0, avi, from 'file:input':\n  Stream #0:0: Video: mpeg4, yuv420p\nStream mapping:\n")]
    [InlineData(
        "Input #0, avi, from 'file:input':\n  Stream #0:0: Video: mpeg4, yuv420p, 64x48 [SAR 1:1 DAR 4:3], SAR 2:1 DAR 8:3, 30 "
            + "fps\nStream mapping:\n")]
    public void A_truncated_or_unknown_report_is_left_to_ffprobe(string report) => FfmpegReport.Parse(report).ShouldBeNull();

    [Fact]
    public void Metadata_that_looks_like_a_stream_is_not_a_stream() =>
        FfmpegReport.Parse(
            "Input #0, mp3, from 'file:input':\n    title           : a\n                    :   Stream #0:9: Video: h264, yuv420p, 1x1, "
                + "3 fps\n  Stream #0:0: Audio: mp3, 44100 Hz, mono, fltp\nStream mapping:\n")
            .ShouldBe(new Probed(0, null, new ProbedAudio(0, "mp3", 44_100, 1), null));
}
