using FFMpegCore;
using FFMpegCore.Enums;
using MangaMotion.Media.Images;
using MangaMotion.Media.Video;

namespace MangaMotion.Media.Tests;

public sealed class VideoTests : IAsyncLifetime
{
    private const string Pattern = "testsrc2=s=640x360:r=10:d=4";

    private readonly Vips _files = new();
    private readonly MediaRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _files.Dispose();
    }

    [Theory]
    [InlineData("mp4", "libx264", "h264")]
    [InlineData("mov", "mpeg4", "mpeg4")]
    [InlineData("avi", "mpeg4", "mpeg4")]
    [InlineData("mkv", "libx264", "h264")]
    [InlineData("webm", "libvpx", "vp8")]
    public async Task A_video_gets_a_poster_and_is_described(string extension, string encoder, string codec)
    {
        var video = Make(extension, Pattern, output => output.WithVideoCodec(encoder));

        var made = await RenderAsync(video);

        (made.Width, made.Height, made.Rotation, made.VideoCodec, made.AudioCodec, made.FramesPerSecond).ShouldBe(
            (640, 360, 0, codec, null, 10));
        made.Seconds!.Value.ShouldBe(4, 0.2);
        made.Image.Files.Select(file => (file.Variant, file.Width, file.Height)).ShouldBe([("preview", 640, 360), ("thumbnail", 320, 180)]);
        Spread(made).ShouldBeGreaterThan(30);
        var analysis = SampleMedia.Analyse(video);
        var stream = analysis.PrimaryVideoStream.ShouldNotBeNull();
        (stream.Width, stream.Height, stream.CodecName, stream.AverageFrameRate).ShouldBe(
            (made.Width, made.Height, made.VideoCodec, made.FramesPerSecond));
        analysis.Duration.TotalSeconds.ShouldBe(made.Seconds.Value, 0.1);
        foreach (var file in made.Image.Files)
        {
            var picture = SampleMedia.Analyse(file.Path).PrimaryVideoStream.ShouldNotBeNull();
            (picture.Width, picture.Height, picture.CodecName).ShouldBe((file.Width, file.Height, "mjpeg"));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_000)]
    public async Task The_poster_is_neither_black_nor_blurred_with_frequent_and_rare_key_frames(int framesBetween)
    {
        const string Filters = "drawbox=t=fill:color=black:enable='lt(t,1.5)',gblur=sigma=30:enable='between(t,1.5,2.9)'";
        var video = Make(
            "mp4", Pattern,
            output => output.WithCustomArgument($"-vf \"{Filters}\"").WithVideoCodec("libx264").WithGopSize(framesBetween)
                .WithCustomArgument("-sc_threshold 0"));

        Spread(await RenderAsync(video)).ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task A_rotated_video_gets_an_upright_poster()
    {
        var flat = Make("mp4", Pattern, output => output.WithVideoCodec("libx264"));
        var turned = _files.NewPath("mp4");
        FFMpegArguments.FromFileInput(flat)
            .OutputToFile(
                turned, overwrite: false, output => output.CopyStreams(StreamType.All)
                    .WithStreamMetadata("rotate", "90", StreamType.Video, 0))
            .ProcessSynchronously();

        var made = await RenderAsync(turned);

        (made.Width, made.Height).ShouldBe((360, 640));
        made.Rotation.ShouldBeOneOf(90, 270);
        (made.Image.Files[0].Width, made.Image.Files[0].Height).ShouldBe((360, 640));
    }

    [Theory]
    [InlineData("mp4")]
    [InlineData("mkv")]
    [InlineData("avi")]
    public async Task Non_square_pixels_become_square(string extension)
    {
        var made = await RenderAsync(
            Make(extension, Pattern, output => output.WithCustomArgument("-vf scale=360:360,setsar=16/9").WithVideoCodec("libx264")));

        (made.Width, made.Height, made.Image.Files[0].Width, made.Image.Files[0].Height).ShouldBe((640, 360, 640, 360));
    }

    [Fact]
    public async Task A_video_of_high_dynamic_range_is_mapped_to_standard_range()
    {
        var plain = await RenderAsync(Make("mp4", Pattern, output => output.WithVideoCodec("libx264").WithPixelFormat("yuv420p")));
        var bright = await RenderAsync(Make("mp4", Pattern, output => output.WithVideoCodec("libx264").WithPixelFormat("yuv420p")
            .WithCustomArgument("-color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc")));

        bright.Image.Files[0].Width.ShouldBe(640);
        _files.Psnr(bright.Image.Files[0].Path, plain.Image.Files[0].Path).ShouldBeLessThan(30);
    }

    [Fact]
    public async Task A_file_with_sound_only_has_no_poster()
    {
        var (workspace, type) = _rig.Open(
            Make("mp4", "sine=d=1", output => output.WithAudioCodec("aac").WithCustomArgument("-brand isom")));

        (await _rig.Videos.RenderAsync(workspace, workspace.Input, type, new ImageRequest(), CancellationToken.None)).ShouldBeNull();
    }

    [Theory]
    [InlineData(40)]
    [InlineData(2_000)]
    public async Task A_truncated_video_is_rejected(int bytes)
    {
        var whole = await File.ReadAllBytesAsync(Make("mp4", Pattern, output => output.WithVideoCodec("libx264")));
        var cut = _files.NewPath("mp4");
        await File.WriteAllBytesAsync(cut, whole[..bytes]);

        (await RenderAsync(cut).ShouldThrowAsync<MediaException>()).Permanent.ShouldBeTrue();
    }

    [Fact]
    public async Task Another_format_after_the_first_bytes_of_a_video_is_not_opened()
    {
        await using var workspace = _rig.Root.Create();
        var neighbour = new Uri(Make("ts", Pattern, output => output.WithVideoCodec("libx264"))).AbsoluteUri;
        await File.WriteAllTextAsync(workspace.Input, $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{neighbour}\n#EXT-X-ENDLIST\n");

        (await _rig.Videos.RenderAsync(workspace, workspace.Input, MediaType.Mp4, new ImageRequest(),
            default).ShouldThrowAsync<MediaException>()).Permanent.ShouldBeTrue();
    }

    [Fact]
    public async Task Frames_over_the_pixel_limit_are_rejected_before_decoding()
    {
        _rig.Options.Limits.Pixels = 10_000;

        var failure = await RenderAsync(Make("mp4", Pattern, output => output.WithVideoCodec("libx264")))
            .ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Actual).ShouldBe(("media.limit.pixels", 640 * 360));
    }

    private async Task<RenderedVideo> RenderAsync(string file)
    {
        var (workspace, type) = _rig.Open(file);
        return (await _rig.Videos.RenderAsync(workspace, workspace.Input, type, new ImageRequest(), CancellationToken.None))
            .ShouldNotBeNull();
    }

    private string Make(string extension, string source, Action<FFMpegOutputOptions>? output = null) =>
        SampleMedia.Make(_files.NewPath(extension), source, output);

    /// <summary>Computes the standard deviation of the poster, which is nearly 0 for one colour.</summary>
    private static double Spread(RenderedVideo video) => double.Parse(Vips.Run("vips", "deviate", video.Image.Files[0].Path));
}
