using System.Security.Cryptography;
using FFMpegCore;
using MangaMotion.Media.Audio;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;

namespace MangaMotion.Media.Tests;

/// <summary>Video and sound in the host processes, and by ffmpeg's programs if the libraries are missing.</summary>
public sealed class LibavTests : IDisposable
{
    private const long Megabyte = 1_000_000;

    private readonly Vips _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_host_process_decodes_video_and_sound_and_starts_no_process()
    {
        await using var rig = new MediaRig();

        await VideoAsync(rig, Video());
        await SoundAsync(rig, Sound());

        rig.Log.Lines.ShouldBeEmpty();
        ProcessTree.Tree(rig.Pool.ProcessIds.ShouldHaveSingleItem()).Count().ShouldBeLessThanOrEqualTo(
            3, "the sandbox and the host process");
    }

    [Fact]
    public async Task Without_the_libraries_the_programs_make_the_same_files()
    {
        var (video, sound) = (Video(), Sound());
        await using var kept = new MediaRig();
        await using var programs = new MediaRig(
            options => options.Av.Libraries = Directory.CreateDirectory(_files.NewPath("none")).FullName);

        var (poster, byProgram) = (await VideoAsync(kept, video), await VideoAsync(programs, video));
        var (waveform, drawnByProgram) = (await SoundAsync(kept, sound), await SoundAsync(programs, sound));

        programs.Log.Lines.ShouldHaveSingleItem().ShouldContain("libavutil");
        (byProgram.Width, byProgram.Height, byProgram.VideoCodec, byProgram.AudioCodec, byProgram.FramesPerSecond)
            .ShouldBe((poster.Width, poster.Height, poster.VideoCodec, poster.AudioCodec, poster.FramesPerSecond));
        _files.Psnr(byProgram.Image.Files[0].Path, poster.Image.Files[0].Path).ShouldBeGreaterThan(40);
        (drawnByProgram.Codec, drawnByProgram.SampleRate, drawnByProgram.Channels, drawnByProgram.Seconds)
            .ShouldBe((waveform.Codec, waveform.SampleRate, waveform.Channels, waveform.Seconds));
        Bytes(drawnByProgram.Files).ShouldBe(Bytes(waveform.Files));
    }

    [Theory]
    [InlineData(600, true)]
    [InlineData(700, true)]
    [InlineData(800, false)]
    [InlineData(900, false)]
    public async Task A_video_whose_frames_exceed_the_memory_is_a_permanent_failure(int megabytes, bool tooFew)
    {
        await using var rig = new MediaRig(options => options.Limits.MemoryBytes = megabytes * Megabyte);
        var large = Make("avi", "color=red:s=8000x8000:r=4:d=1", output => output.WithVideoCodec("mpeg4").WithGopSize(1));

        MediaException? failure = null;
        try
        {
            await VideoAsync(rig, large);
        }
        catch (MediaException refused)
        {
            failure = refused;
        }

        // With slightly more memory, the outcome varies, but it is never a fault of the machine.
        (failure?.Code ?? (tooFew ? "made" : "media.limit.memory")).ShouldBe("media.limit.memory", failure?.Message);
    }

    [Fact]
    public async Task A_host_process_killed_while_it_decodes_fails_only_its_job_which_can_be_retried()
    {
        await using var rig = new MediaRig();
        await SoundAsync(rig, Sound());
        var child = rig.Pool.ProcessIds.ShouldHaveSingleItem();
        var working = ProcessTree.Tree(child).Last();
        var before = ProcessTree.Cpu(working);

        var job = SoundAsync(
            rig, Make("flac", "sine=d=1500:sample_rate=44100", output => output.WithCustomArgument("-compression_level 0")));
        await Eventually.HoldsAsync(() => ProcessTree.Cpu(working) - before > TimeSpan.FromMilliseconds(100), "the host process decodes");
        Vips.Run("kill", "-KILL", $"{working}");

        var failure = await job.ShouldThrowAsync<ToolFailedException>();
        (failure.Signal, failure.Permanent).ShouldBe((9, false));
        (await SoundAsync(rig, Sound())).Channels.ShouldBe(2);
        rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldNotBe(child);
    }

    [Fact]
    public async Task After_100_other_files_a_file_gives_the_same_output_and_the_host_process_has_not_grown()
    {
        await using var rig = new MediaRig(options => options.Vips.RecycleAboveBytes = 1_000 * Megabyte);
        string[] others =
        [
            Make("webm", "testsrc2=s=320x240:r=10:d=2", output => output.WithVideoCodec("libvpx")),
            Make("mov", "testsrc2=s=480x270:r=10:d=2", output => output.WithVideoCodec("mpeg4")),
            Make("avi", "color=black:s=320x240:r=10:d=1", output => output.WithVideoCodec("mjpeg")),
            Make("mp3", "sine=d=3"),
            Make("ogg", "sine=d=3", output => output.WithAudioChannels(2)),
        ];
        var (video, sound) = (Video(), Sound());
        var first = (Bytes((await VideoAsync(rig, video)).Image.Files), Bytes((await SoundAsync(rig, sound)).Files));

        await OthersAsync(40);
        var child = rig.Pool.ProcessIds.ShouldHaveSingleItem();
        var resident = ProcessTree.ResidentBytes(child);
        await OthersAsync(60);

        (Bytes((await VideoAsync(rig, video)).Image.Files), Bytes((await SoundAsync(rig, sound)).Files)).ShouldBe(first);
        rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldBe(child);
        ProcessTree.ResidentBytes(child).ShouldBeLessThan(resident + (25 * Megabyte));

        async Task OthersAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var other = others[i % others.Length];
                if (Path.GetExtension(other) is ".mp3" or ".ogg")
                    await SoundAsync(rig, other);
                else
                    await VideoAsync(rig, other);
            }
        }
    }

    [Fact]
    public async Task Errors_of_the_libraries_are_shown_only_to_the_operator()
    {
        await using var rig = new MediaRig();
        var whole = await File.ReadAllBytesAsync(Video());
        var cut = _files.NewPath("mp4");
        await File.WriteAllBytesAsync(cut, whole[..2_000]);

        var failure = await VideoAsync(rig, cut).ShouldThrowAsync<CorruptMediaException>();

        failure.Detail.ShouldNotBeNull().ShouldContain("moov");
        failure.OwnerMessage.ShouldNotContain("moov");
    }

    private static string Bytes(IReadOnlyList<MediaFile> files) =>
        string.Join(' ', files.Select(file => $"{file.Variant} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path)))}"));

    private static async Task<RenderedVideo> VideoAsync(MediaRig rig, string file)
    {
        var (workspace, type) = rig.Open(file);
        return (await rig.Videos.RenderAsync(workspace, workspace.Input, type, new ImageRequest(), CancellationToken.None))
            .ShouldNotBeNull();
    }

    private static async Task<RenderedAudio> SoundAsync(MediaRig rig, string file)
    {
        var (workspace, type) = rig.Open(file);
        return (await rig.Sounds.RenderAsync(workspace, workspace.Input, type, new AudioRequest(), CancellationToken.None))
            .ShouldNotBeNull();
    }

    private string Video() => SampleMedia.Make(
        _files.NewPath("mp4"), ["testsrc2=s=640x360:r=10:d=4", "sine=d=4"],
        output => output.WithVideoCodec("libx264").WithAudioCodec("aac"));

    private string Sound() => Make("mp3", "sine=f=440:d=2:sample_rate=44100", output => output.WithAudioChannels(2));

    private string Make(string extension, string source, Action<FFMpegOutputOptions>? output = null) =>
        SampleMedia.Make(_files.NewPath(extension), source, output);
}
