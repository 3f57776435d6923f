namespace MangaMotion.Formats.Cells;

/// <summary>Videos: 2 s of black, then 6 s of four colours, with a key frame every 2 s.</summary>
internal static class Videos
{
    private const string Source =
        "-f lavfi -i color=black:s=320x192:d=2:r=10 -f lavfi -i color=0xDC1E1E:s=320x192:d=6:r=10 "
        + "-filter_complex [1]drawbox=160:0:160:96:0x1EAA3C:fill,drawbox=0:96:160:96:0x1E3CC8:fill,drawbox=160:96:160:96:0xF0DC28:fill,"
        + "noise=alls=6:allf=t[c];[0][c]concat=n=2,format=yuv420p";

    private const string H264 = "-c:v libx264 -preset ultrafast -g 20";

    private const string Hdr = "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=20 "
        + "-color_primaries bt2020 -colorspace bt2020nc";

    public static IReadOnlyList<Cell> All { get; } =
    [
        .. Containers(), .. Colours(), .. Shapes(), .. Times(), .. Codecs(),
        Refused("AVI", "Cinepak", "-", bench => bench.Ffmpeg("avi", $"{Source},format=rgb24 -c:v cinepak")),
        Refused("QuickTime", "Hap", "-", bench => bench.Ffmpeg("mov", $"{Source},format=rgba -c:v hap")),
        Refused("Windows Media", "WMV 8", "-", bench => bench.Ffmpeg("wmv", $"{Source} -c:v wmv2 -b:v 2M")),
        Refused("RealMedia", "RealVideo 2", "-", bench => bench.Ffmpeg("rm", $"{Source} -c:v rv20")),
        Refused("DV", "DV", "without a container", bench => bench.Ffmpeg("dv", $"{Source},scale=720:576 -r 25 -c:v dvvideo")),
        Refused("H.264", "H.264", "without a container", bench => bench.Ffmpeg("h264", $"{Source} {H264}")),
        Refused("MXF", "MPEG-2", "-", bench => bench.Ffmpeg("mxf", $"{Source} -r 25 -c:v mpeg2video")),
        Refused("NUT", "H.264", "-", bench => bench.Ffmpeg("nut", $"{Source} {H264}")),
    ];

    private static IEnumerable<Cell> Colours()
    {
        foreach (var (matrix, name) in ((string, string)[])[("smpte170m", "BT.601"), ("bt709", "BT.709")])
            yield return Video("MP4", "H.264", name, bench => bench.Ffmpeg(
                "mp4", Converted($"scale=out_color_matrix={matrix}", "yuv420p")
                    + $" {H264} -colorspace {matrix} -color_primaries {matrix} -color_trc {matrix}"), "video/mp4");
        yield return Video("MP4", "H.264", "no matrix, 1,280 pixels wide (BT.709)", bench => bench.Ffmpeg(
            "mp4", $"{Converted("scale=1280:768:out_color_matrix=bt709", "yuv420p")} {H264}"), "video/mp4", 1280, 768);
        yield return Video("MP4", "H.264", "full range", bench => bench.Ffmpeg(
            "mp4", $"{Converted("scale=out_range=pc", "yuvj420p")} {H264} -color_range pc"), "video/mp4");
        yield return Video("QuickTime", "H.264", "Display P3", bench => bench.Ffmpeg(
            "mov", Zscale("t=iec61966-2-1:p=smpte432:m=bt709", "yuv420p")
                + $" {H264} -color_primaries smpte432 -color_trc bt709 -colorspace bt709"),
            "video/quicktime");
        yield return Video("MP4", "HEVC, 10 bits", "BT.2020, no HDR", bench => bench.Ffmpeg(
            "mp4", $"{Zscale("t=iec61966-2-1:p=bt2020:m=bt2020nc", "yuv420p10le")} {Hdr} -color_trc bt2020-10"), "video/mp4");
        yield return Video("MP4", "HEVC, 10 bits", "PQ", bench => bench.Ffmpeg(
            "mp4", $"{Zscale("t=smpte2084:p=bt2020:m=bt2020nc:npl=203", "yuv420p10le")} {Hdr} -color_trc smpte2084"), "video/mp4",
            tolerance: 60);
        yield return Video("QuickTime", "HEVC, 10 bits", "HLG", bench => bench.Ffmpeg(
            "mov", $"{Zscale("t=arib-std-b67:p=bt2020:m=bt2020nc:npl=203", "yuv420p10le")} {Hdr} -color_trc arib-std-b67"),
            "video/quicktime", tolerance: 60);
    }

    private static IEnumerable<Cell> Shapes()
    {
        foreach (var (degrees, order) in ((int, int[])[])[(90, [1, 3, 0, 2]), (180, [3, 2, 1, 0]), (270, [2, 0, 3, 1])])
        {
            yield return Video("MP4", "H.264", $"turned by {degrees}° (display matrix)", bench => bench.Ffmpeg(
                "mp4", $"-i {bench.Ffmpeg("mp4", $"{Source} {H264}")} -c copy -metadata:s:v:0 rotate={degrees}"), "video/mp4",
                degrees == 180 ? 320 : 192, degrees == 180 ? 192 : 320, order: order);
        }

        yield return Video("MP4", "H.264", "pixels twice as wide as high", bench =>
            bench.Ffmpeg("mp4", $"{Source},setsar=2 {H264}"), "video/mp4", 640, 192);
        yield return Video("Matroska", "H.264", "pixels half as wide as high", bench =>
            bench.Ffmpeg("mkv", $"{Source},setsar=1/2 {H264}"), "video/x-matroska", 160, 192);
        yield return Video("Matroska", "H.264", "an attached cover", bench => bench.Ffmpeg(
            "mkv", $"{Source} {H264} -attach {Cover(bench)} -metadata:s:t mimetype=image/png -metadata:s:t filename=cover.png"),
            "video/x-matroska");
        yield return Video("MP4", "H.264", "a cover as the first track", bench => bench.Ffmpeg(
            "mp4", $"-i {bench.Ffmpeg("mp4", $"{Source} {H264}")} -i {Cover(bench)} -map 1 -map 0 -c copy -disposition:v:0 attached_pic"),
            "video/mp4");
        yield return Video(
            "WebM", "VP8", "another size from the fourth second on", Joined, "video/webm", 160, 96, seconds: 11);
    }

    private static IEnumerable<Cell> Times()
    {
        foreach (var (extension, type) in ((string, string)[])[("mkv", "video/x-matroska"), ("mp4", "video/mp4")])
            yield return Video(extension == "mkv" ? "Matroska" : "MP4", "H.264", "times that begin at one hour", bench =>
                bench.Ffmpeg(extension, $"{Source} {H264} -output_ts_offset 3600"), type);
        yield return Video("MPEG-TS", "H.264", "a clock that wraps after 4 s", bench =>
            bench.Ffmpeg("ts", $"{Source} {H264} -output_ts_offset 95440"), "video/mp2t");
        yield return Video("MPEG-TS", "H.264", "begins in the middle of a packet, ends in one", bench => bench.Write(
            "ts", File.ReadAllBytes(bench.Ffmpeg("ts", $"{Source} {H264}"))[1_000..^100]), "video/mp2t");
        yield return Video("MP4", "H.264", "an edit list that hides the first 2 s", bench => bench.Ffmpeg(
            "mp4", $"-ss 2 -i {bench.Ffmpeg("mp4", $"{Source} {H264}")} -c copy"), "video/mp4", seconds: 6);
    }

    private static IEnumerable<Cell> Codecs()
    {
        yield return Video("QuickTime", "ProRes", "-", bench =>
            bench.Ffmpeg("mov", $"{Source},format=yuv422p10le -c:v prores"), "video/quicktime");
        yield return Video("AVI", "DV", "-", bench => bench.Ffmpeg(
            "avi", $"{Source},scale=720:576 -r 25 -c:v dvvideo"), "video/x-msvideo", 960, 576);
        yield return Video("AVI", "raw", "-", bench => bench.Ffmpeg("avi", $"{Source} -c:v rawvideo"), "video/x-msvideo");
        yield return Video("AVI", "Xvid", "B frames", bench =>
            bench.Ffmpeg("avi", $"{Source} -c:v mpeg4 -q:v 3 -vtag XVID -bf 2 -g 20"), "video/x-msvideo");
        yield return Video("MP4", "AV1", "-", bench => bench.Ffmpeg(
            "mp4", $"{Source} -c:v libaom-av1 -cpu-used 8 -usage realtime -g 20"), "video/mp4");
        yield return Video("Matroska", "H.264, 10 bits", "-", bench =>
            bench.Ffmpeg("mkv", $"{Source},format=yuv420p10le {H264}"), "video/x-matroska");
        yield return Video("Matroska", "FFV1", "-", bench => bench.Ffmpeg("mkv", $"{Source} -c:v ffv1"), "video/x-matroska");
        yield return Video("MPEG", "MPEG-1", "program stream", bench =>
            bench.Ffmpeg("mpg", $"{Source} -c:v mpeg1video -q:v 3 -r 25 -g 50"), "video/mpeg");
        yield return Video("MP4", "H.264", "brand CAEP, as cameras write", bench =>
            bench.Ffmpeg("mp4", $"{Source} {H264} -brand CAEP"), "video/mp4");
        yield return Video("QuickTime", "H.264", "brand niko, as cameras write", bench =>
            bench.Ffmpeg("mov", $"{Source} {H264} -brand niko"), "video/quicktime");
    }

    private static IEnumerable<Cell> Containers() =>
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

    /// <summary>The source with a filter that converts its RGB.</summary>
    private static string Converted(string filter, string pixels) =>
        $"{Source[..^",format=yuv420p".Length]},format=gbrp,{filter},format={pixels}";

    private static string Zscale(string target, string pixels) =>
        Converted($"zscale=tin=iec61966-2-1:pin=bt709:min=gbr:rin=full:r=limited:{target}", pixels);

    private static string Cover(Bench bench) => bench.Write("png", PngFile.Write(8, LightCoding.Plain));

    /// <summary>Blue in a small size for 3 s, then the source, as browsers record a window whose size changes.</summary>
    private static string Joined(Bench bench)
    {
        const string Vp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 1M -g 20";
        var small = bench.Ffmpeg("webm", $"-f lavfi -i color=blue:s=160x96:d=3:r=10 {Vp8}");
        var large = bench.Ffmpeg("webm", $"{Source} {Vp8}");
        var list = bench.Write("txt", System.Text.Encoding.ASCII.GetBytes($"file {small}\nfile {large}\n"));
        return bench.Ffmpeg("webm", $"-f concat -safe 0 -i {list} -c copy -f webm -live 1");
    }

    private static Cell Video(string container, string codec, string declared, Func<Bench, string> make, string type, int width = 320,
        int height = 192, double seconds = 8, int tolerance = 20, int[]? order = null) =>
        new("Videos", container, codec, declared, async bench =>
        {
            var made = await bench.SendAsync(make(bench));
            var result = made.Require();
            result.MediaType.ShouldBe(type);
            (result.Width, result.Height).ShouldBe((width, height));
            result.Duration!.Value.ShouldBe(seconds, 0.4);
            FourColours.Check(made, "preview", tolerance, order);
            return $"poster of four colours, {width} × {height}, {seconds} s";
        });

    private static Cell Refused(string container, string codec, string declared, Func<Bench, string> make) =>
        new("Videos", container, codec, declared, async bench => (await bench.SendAsync(make(bench))).RequireRefusal("media.unsupported"));
}
