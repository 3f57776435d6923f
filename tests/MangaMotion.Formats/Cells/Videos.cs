namespace MangaMotion.Formats.Cells;

/// <summary>Videos: 2 s of black, then 6 s of four colours, with a key frame every 2 s.</summary>
internal static class Videos
{
    private const string Source =
        "-f lavfi -i color=black:s=320x192:d=2:r=10 -f lavfi -i color=0xDC1E1E:s=320x192:d=6:r=10 "
        + "-filter_complex [1]drawbox=160:0:160:96:0x1EAA3C:fill,drawbox=0:96:160:96:0x1E3CC8:fill,drawbox=160:96:160:96:0xF0DC28:fill,"
        + "noise=alls=6:allf=t[c];[0][c]concat=n=2,format=yuv420p";

    private const string H264 = "-c:v libx264 -preset ultrafast -g 20";

    public static IReadOnlyList<Cell> All { get; } =
    [
        Video("MP4", "H.264", "-", bench => bench.Ffmpeg("mp4", $"{Source} {H264}"), "video/mp4"),
        Video("MP4", "H.264", "in fragments, written to a pipe", bench => bench.Piped(
            "mp4", $"{Source} {H264} -movflags empty_moov+frag_keyframe -f mp4"), "video/mp4"),
        Video("MP4", "HEVC", "-", bench => bench.Ffmpeg(
            "mp4", $"{Source} -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=20"),
            "video/mp4"),
        Video("MP4", "MPEG-4", "-", bench => bench.Ffmpeg("mp4", $"{Source} -c:v mpeg4 -q:v 3 -g 20"), "video/mp4"),
        Video("QuickTime", "Motion JPEG", "-", bench => bench.Ffmpeg("mov", $"{Source} -c:v mjpeg -q:v 2"), "video/quicktime"),
        Video("Matroska", "H.264", "-", bench => bench.Ffmpeg("mkv", $"{Source} {H264}"), "video/x-matroska"),
        Video("WebM", "VP9", "-", bench => bench.Ffmpeg(
            "webm", $"{Source} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M -g 20"), "video/webm"),
        Video("AVI", "MPEG-4", "-", bench => bench.Ffmpeg("avi", $"{Source} -c:v mpeg4 -q:v 3 -g 20"), "video/x-msvideo"),
        Video("MPEG-TS", "MPEG-2", "-", bench => bench.Ffmpeg("ts", $"{Source} -c:v mpeg2video -q:v 3 -r 25 -g 50"), "video/mp2t"),
        Video("WebM", "VP8", "no duration, no cues, as a browser records", bench => bench.Ffmpeg(
            "webm", $"{Source} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 1M -g 20 -f webm -live 1"), "video/webm"),
        Video("Matroska", "H.264", "no duration, no cues, written to a pipe", bench =>
            bench.Piped("mkv", $"{Source} {H264} -f matroska"), "video/x-matroska"),
        Video("MPEG-TS", "H.264", "-", bench => bench.Ffmpeg("ts", $"{Source} {H264}"), "video/mp2t"),
        Video("MPEG-TS", "H.264", "time stamps of camcorders (M2TS)", bench =>
            bench.Ffmpeg("m2ts", $"{Source} {H264} -mpegts_m2ts_mode 1"), "video/mp2t"),
        Video("3GP", "H.263", "-", bench => bench.Ffmpeg("3gp", $"{Source},scale=352:288 -c:v h263 -r 15 -g 30"), "video/3gpp", 480, 288),
        Video("MPEG", "MPEG-2", "program stream", bench =>
            bench.Ffmpeg("mpg", $"{Source} -c:v mpeg2video -r 25 -g 50 -f vob"), "video/mpeg"),
        Video("FLV", "Sorenson", "-", bench => bench.Ffmpeg("flv", $"{Source} -c:v flv -g 20"), "video/x-flv"),
        Video("FLV", "H.264", "written to a pipe", bench => bench.Piped("flv", $"{Source} {H264} -f flv"), "video/x-flv"),
        Video("Ogg", "Theora", "-", bench => bench.Ffmpeg("ogv", $"{Source} -c:v libtheora -q:v 7 -g 20"), "video/ogg"),
        Video("AVI", "MPEG-4", "written to a pipe, no index, a wrong duration", bench =>
            bench.Piped("avi", $"{Source} -c:v mpeg4 -q:v 3 -g 20 -f avi"), "video/x-msvideo"),
    ];

    private static Cell Video(string container, string codec, string declared, Func<Bench, string> make, string type, int width = 320,
        int height = 192) =>
        new("Videos", container, codec, declared, async bench =>
        {
            var made = await bench.SendAsync(make(bench));
            var result = made.Require();
            result.MediaType.ShouldBe(type);
            (result.Width, result.Height).ShouldBe((width, height));
            result.Duration!.Value.ShouldBe(8, 0.4);
            FourColours.Check(made, "preview", tolerance: 20);
            return $"poster of four colours, {width} × {height}, 8 s";
        });
}
