using System.Buffers.Binary;
using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Enums;
using MangaMotion.Media.Audio;

namespace MangaMotion.Media.Tests;

public sealed class AudioTests : IAsyncLifetime
{
    private readonly Vips _files = new();
    private readonly MediaRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _files.Dispose();
    }

    [Theory]
    [InlineData("mp3", "mp3")]
    [InlineData("wav", "pcm_s16le")]
    [InlineData("aac", "aac")]
    [InlineData("m4a", "aac")]
    [InlineData("ogg", "vorbis")]
    [InlineData("flac", "flac")]
    public async Task A_sound_gets_a_waveform_and_peaks_and_is_described(string extension, string codec)
    {
        var made = await RenderAsync(Make(extension, "sine=f=440:d=2:sample_rate=44100", output => output.WithAudioChannels(2)));

        (made.Codec, made.SampleRate, made.Channels).ShouldBe((codec, 44100, 2));
        made.Seconds.ShouldBe(2, 0.15);
        made.Files.Select(file => (file.Variant, file.ContentType)).ShouldBe([("waveform", "image/png"), ("peaks", "application/json")]);
        (Vips.Header(made.Files[0].Path, "width"), Vips.Header(made.Files[0].Path, "height")).ShouldBe(("1280", "240"));
        using var peaks = JsonDocument.Parse(await File.ReadAllBytesAsync(made.Files[1].Path));
        var data = peaks.RootElement.GetProperty("data").EnumerateArray().Select(value => value.GetInt32()).ToList();
        data.Count.ShouldBe(peaks.RootElement.GetProperty("length").GetInt32() * 2);
        (data.Min(), data.Max()).ShouldSatisfyAllConditions(
            range => range.Item1.ShouldBeInRange(-40, -8), range => range.Item2.ShouldBeInRange(8, 40));
    }

    [Theory]
    [InlineData(8_000, 1)]
    [InlineData(11_025, 2)]
    [InlineData(48_000, 6)]
    [InlineData(96_000, 3)]
    public async Task Sound_of_any_rate_and_number_of_channels_is_measured(int rate, int channels)
    {
        var made = await RenderAsync(Make("wav", $"sine=f=440:d=2:sample_rate={rate}", output => output.WithAudioChannels(channels)));

        (made.SampleRate, made.Channels).ShouldBe((rate, channels));
        made.Seconds.ShouldBe(2, 0.02);
        using var peaks = JsonDocument.Parse(await File.ReadAllBytesAsync(made.Files[1].Path));
        var pairs = peaks.RootElement.GetProperty("length").GetInt32();
        var seconds = (double)pairs * peaks.RootElement.GetProperty("samples_per_pixel")
            .GetInt32() / peaks.RootElement.GetProperty("sample_rate").GetInt32();
        seconds.ShouldBe(2, 0.02);
    }

    [Fact]
    public async Task The_bars_follow_the_loudness()
    {
        var made = await RenderAsync(Make("wav", "aevalsrc='0.9*sin(2*PI*440*t)*lt(t,1)':d=2"));

        var waveform = made.Files[0].Path;
        Vips.Pixel(waveform, 324, 40)[3].ShouldBe(255, "loud in the first half");
        Vips.Pixel(waveform, 964, 40)[3].ShouldBe(0, "silent in the second");
    }

    [Fact]
    public async Task A_cover_is_extracted()
    {
        var cover = _files.Encode(_files.Picture(700, 700), "jpg");
        var song = _files.NewPath("mp3");
        FFMpegArguments
            .FromFileInput("sine=d=1", verifyExists: false, input => input.ForceFormat("lavfi"))
            .AddFileInput(cover)
            .OutputToFile(song, overwrite: false, output => output
                .WithMap(0, StreamType.Audio).WithMap(1, StreamType.Video).CopyStreams(StreamType.Video)
                .WithDisposition(StreamDisposition.AttachedPicture, StreamType.Video))
            .ProcessSynchronously();

        var made = await RenderAsync(song);

        (made.Files[2].Variant, made.Files[2].Width, made.Files[2].Height).ShouldBe(("cover", 640, 640));
    }

    [Fact]
    public async Task The_length_is_measured_and_not_the_declared_one()
    {
        var wav = await File.ReadAllBytesAsync(Make("wav", "sine=d=1"));
        BinaryPrimitives.WriteUInt32LittleEndian(wav.AsSpan(wav.AsSpan().IndexOf("data"u8) + 4), 0xFFFFFF00);
        var lying = _files.NewPath("wav");
        await File.WriteAllBytesAsync(lying, wav);

        (await RenderAsync(lying)).Seconds.ShouldBe(1, 0.01);
    }

    [Fact]
    public async Task A_sound_over_the_length_limit_is_rejected_during_decoding()
    {
        _rig.Options.Limits.Seconds = 1;

        var failure = await RenderAsync(Make("flac", "sine=d=5")).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.seconds", 1));
    }

    [Theory]
    [InlineData("mp3", 5)]
    [InlineData("wav", 44)]
    [InlineData("flac", 20)]
    [InlineData("ogg", 60)]
    public async Task A_sound_without_samples_is_rejected(string extension, int bytes)
    {
        var whole = await File.ReadAllBytesAsync(Make(extension, "sine=d=1"));
        await using var workspace = _rig.Root.Create();
        await File.WriteAllBytesAsync(workspace.Input, whole[..bytes]);

        var failure = await _rig.Sounds.RenderAsync(
            workspace, workspace.Input, MediaType.All.Single(type => type.Extension == extension), new AudioRequest(), default)
            .ShouldThrowAsync<MediaException>();

        failure.Permanent.ShouldBeTrue();
    }

    private async Task<RenderedAudio> RenderAsync(string file)
    {
        var (workspace, type) = _rig.Open(file);
        return (await _rig.Sounds.RenderAsync(workspace, workspace.Input, type, new AudioRequest(), CancellationToken.None))
            .ShouldNotBeNull();
    }

    private string Make(string extension, string source, Action<FFMpegOutputOptions>? output = null) =>
        SampleMedia.Make(_files.NewPath(extension), source, output);
}
