using System.Text.Json;

namespace MangaMotion.Formats.Cells;

/// <summary>Sounds: a tone at 80 % of full scale, whose peaks are ±102 of ±127.</summary>
internal static class Sounds
{
    private const string Mono = "-f lavfi -i aevalsrc=0.8*sin(2*PI*440*t):d=2:s=44100";
    private const string Antiphase = "-f lavfi -i aevalsrc=0.8*sin(2*PI*440*t)|-0.8*sin(2*PI*440*t):d=2:s=44100";

    public static IReadOnlyList<Cell> All { get; } =
    [
        .. Channels(),
        .. Containers(),
        .. Frames(),
        Refused("Matroska", "DTS", "sound alone (MKA)", bench => bench.Ffmpeg("mka", $"{Mono} -ar 48000 -c:a dca -strict -2")),
        Refused("Matroska", "WavPack", "sound alone (MKA)", bench => bench.Ffmpeg("mka", $"{Mono} -c:a wavpack")),
        Refused("WAV", "GSM", "-", bench => bench.Ffmpeg("wav", $"{Mono} -ar 8000 -c:a libgsm_ms")),
        Refused("WAV", "AAC", "-", bench => bench.Ffmpeg("wav", $"{Mono} -c:a aac")),
        Refused("AVI", "WMA", "sound alone", bench => bench.Ffmpeg("avi", $"{Mono} -c:a wmav2")),
        Refused("AC-3", "AC-3", "-", bench => bench.Ffmpeg("ac3", Mono)),
        Refused("DTS", "DTS", "-", bench => bench.Ffmpeg("dts", $"{Mono} -ar 48000 -c:a dca -strict -2")),
        Refused("AAC", "AAC", "LATM", bench => bench.Ffmpeg("latm", $"{Mono} -c:a aac")),
        Refused("True Audio", "True Audio", "-", bench => bench.Ffmpeg("tta", Mono)),
        Refused("MP2", "MPEG layer II", "-", bench => bench.Ffmpeg("mp2", $"{Mono} -c:a mp2")),
        Refused("AIFF", "PCM", "-", bench => bench.Ffmpeg("aiff", Mono)),
        Refused("Core Audio", "ALAC", "-", bench => bench.Ffmpeg("caf", $"{Mono} -c:a alac")),
        Refused("Windows Media", "WMA", "-", bench => bench.Ffmpeg("wma", Mono)),
        Refused("AU", "PCM 16 bits", "-", bench => bench.Ffmpeg("au", Mono)),
        Refused("Wave64", "PCM 16 bits", "-", bench => bench.Ffmpeg("w64", Mono)),
        Refused("WavPack", "WavPack", "-", bench => bench.Ffmpeg("wv", Mono)),
        Refused("AMR", "AMR", "a header alone", bench => bench.Write("amr", [.. "#!AMR\n"u8, .. new byte[100]])),
    ];

    private static IEnumerable<Cell> Channels()
    {
        yield return Sound("WAV", "PCM 16 bits", "mono", bench => bench.Ffmpeg("wav", Mono), channels: 1);
        yield return Sound("WAV", "PCM 16 bits", "stereo in antiphase", bench => bench.Ffmpeg("wav", Antiphase), channels: 2);
        yield return Sound("WAV", "PCM 24 bits", "5.1, low frequencies alone", bench => bench.Ffmpeg(
            "wav", "-f lavfi -i aevalsrc=0|0|0|0.8*sin(2*PI*60*t)|0|0:d=2:s=48000:c=5.1 -c:a pcm_s24le"), channels: 6);
        yield return Sound("WAV", "PCM 32 bits float", "one of eight channels", bench => bench.Ffmpeg(
            "wav", "-f lavfi -i aevalsrc=0|0|0|0|0|0|0|0.8*sin(2*PI*440*t):d=2:s=48000:c=7.1 -c:a pcm_f32le"), channels: 8);
        yield return Sound("WAV", "PCM 16 bits", "three channels without a layout", bench => bench.Ffmpeg(
            "wav", "-f lavfi -i aevalsrc=0|0.8*sin(2*PI*440*t)|0:d=2:s=44100:c=3c -c:a pcm_s16le"), channels: 3);
        yield return Sound("WAV", "PCM 16 bits", "right channel only, 11,025 Hz", bench => bench.Ffmpeg(
            "wav", "-f lavfi -i aevalsrc=0|0.8*sin(2*PI*440*t):d=2:s=11025"), channels: 2);
        yield return Sound("FLAC", "FLAC", "stereo, 440 Hz beside 443 Hz", bench => bench.Ffmpeg(
            "flac", "-f lavfi -i aevalsrc=0.8*sin(2*PI*440*t)|0.8*sin(2*PI*443*t):d=2:s=48000"), channels: 2, least: 95, steady: true);
        foreach (var (extension, codec, name) in ((string, string, string)[])
            [("ogg", "libvorbis", "Vorbis"), ("opus", "libopus", "Opus"), ("mp3", "libmp3lame", "MP3"), ("m4a", "aac", "AAC")])
        {
            yield return Sound(extension.ToUpperInvariant(), name, "stereo in antiphase", bench => bench.Ffmpeg(
                extension, $"{Antiphase} -ar 48000 -c:a {codec} -b:a 192k"), channels: 2);
        }

        yield return Sound("M4A", "AAC", "5.1, low frequencies alone", bench => bench.Ffmpeg(
            "m4a", "-f lavfi -i aevalsrc=0|0|0|0.8*sin(2*PI*60*t)|0|0:d=2:s=48000:c=5.1 -c:a aac -b:a 384k"), channels: 6);
    }

    private static IEnumerable<Cell> Containers()
    {
        yield return Sound("WebM", "Opus", "sound alone", bench => bench.Ffmpeg("webm", $"{Mono} -c:a libopus"), type: "audio/webm");
        yield return Sound("WebM", "Vorbis", "sound alone", bench => bench.Ffmpeg("webm", $"{Mono} -c:a libvorbis"), type: "audio/webm");
        yield return Sound("WebM", "Opus", "sound alone, no duration, as a browser records", bench => bench.Ffmpeg(
            "webm", $"{Mono} -c:a libopus -f webm -live 1"), type: "audio/webm");
        yield return Sound("MP4", "AAC", "sound alone", bench => bench.Ffmpeg("mp4", $"{Mono} -c:a aac"), type: "audio/mp4");
        yield return Sound("MP4", "AAC", "sound alone, in fragments", bench => bench.Ffmpeg(
            "mp4", $"{Mono} -c:a aac -movflags empty_moov+frag_keyframe -frag_duration 500000"), type: "audio/mp4");
        yield return Sound("MP4", "MP3", "sound alone", bench => bench.Ffmpeg("mp4", $"{Mono} -c:a libmp3lame"), type: "audio/mp4");
        yield return Sound("MP4", "AC-3", "sound alone", bench => bench.Ffmpeg("mp4", $"{Mono} -c:a ac3"), type: "audio/mp4");
        yield return Sound("M4A", "AAC", "brand M4A", bench => bench.Ffmpeg("m4a", $"{Mono} -c:a aac"), type: "audio/mp4");
        yield return Sound("M4A", "ALAC", "brand M4A", bench => bench.Ffmpeg("m4a", $"{Mono} -c:a alac"), type: "audio/mp4");
        yield return Sound("M4A", "AAC", "brand 3gp4, as phones write", bench => bench.Ffmpeg(
            "m4a", $"{Mono} -c:a aac -brand 3gp4 -f mp4"), type: "audio/3gpp");
        yield return Sound("M4A", "AAC", "brand isom", bench =>
            bench.Ffmpeg("m4a", $"{Mono} -c:a aac -brand isom -f mp4"), type: "audio/mp4");
        yield return Sound("QuickTime", "PCM", "sound alone", bench =>
            bench.Ffmpeg("mov", $"{Mono} -c:a pcm_s16be"), type: "audio/quicktime");
        yield return Sound("Matroska", "Opus", "sound alone (MKA)", bench =>
            bench.Ffmpeg("mka", $"{Mono} -c:a libopus"), type: "audio/x-matroska");
        yield return Sound("Matroska", "FLAC", "sound alone (MKA)", bench =>
            bench.Ffmpeg("mka", $"{Mono} -c:a flac"), type: "audio/x-matroska");
        yield return Sound("AVI", "MP3", "sound alone", bench => bench.Ffmpeg("avi", $"{Mono} -c:a libmp3lame"), type: "audio/x-msvideo");
        yield return Sound("MPEG-TS", "AAC", "sound alone", bench => bench.Ffmpeg("ts", $"{Mono} -c:a aac"), type: "audio/mp2t");
        yield return Sound("FLV", "AAC", "sound alone", bench => bench.Ffmpeg("flv", $"{Mono} -c:a aac"), type: "audio/x-flv");
        yield return Sound("M4A", "AAC", "brand M4B, an audiobook", bench => bench.Make(
            "m4b", "ffmpeg", ["-v", "error", .. Mono.Split(' '), "-c:a", "aac", "-f", "ipod", "-brand", "M4B ", "OUT"]), type: "audio/mp4");
        yield return Sound("MP4", "Opus", "sound alone", bench => bench.Ffmpeg("mp4", $"{Mono} -c:a libopus"), type: "audio/mp4");
        yield return Sound("MP4", "FLAC", "sound alone", bench => bench.Ffmpeg("mp4", $"{Mono} -c:a flac -strict -2"), type: "audio/mp4");
        yield return Sound("MP4", "E-AC-3", "sound alone", bench => bench.Ffmpeg("mp4", $"{Mono} -c:a eac3"), type: "audio/mp4");
        yield return Sound("WebM", "Opus", "sound alone, times that begin at one hour", bench =>
            bench.Ffmpeg("webm", $"{Mono} -c:a libopus -output_ts_offset 3600"), type: "audio/webm");
        foreach (var extension in (string[])["ogg", "opus"])
        {
            yield return Sound("Ogg", extension == "ogg" ? "Vorbis" : "Opus", "two streams one behind the other", bench =>
                Twice(bench, bench.Ffmpeg(extension, $"{Mono} -ar 48000")), type: "audio/ogg", seconds: 4);
        }

        yield return Sound("MP3", "MP3", "two files one behind the other", bench => Twice(bench, bench.Ffmpeg("mp3", Mono)), seconds: 4);
        yield return Sound("FLAC", "FLAC", "written to a pipe, no length", bench => bench.Piped("flac", $"{Mono} -f flac"));
        yield return Sound("WAV", "PCM 16 bits", "broadcast (bext)", bench =>
            bench.Ffmpeg("wav", $"{Mono} -write_bext 1 -metadata description=x"));
        yield return Sound("WAV", "PCM 8 bits", "-", bench => bench.Ffmpeg("wav", $"{Mono} -c:a pcm_u8"));
        yield return Sound("WAV", "PCM 24 bits", "96,000 Hz", bench => bench.Ffmpeg("wav", $"{Mono} -c:a pcm_s24le -ar 96000"));
        yield return Sound("WAV", "MP3", "-", bench => bench.Ffmpeg("wav", $"{Mono} -c:a libmp3lame"));
        yield return Sound("Ogg", "Vorbis", "-", bench => bench.Ffmpeg("ogg", $"{Mono} -c:a libvorbis"), type: "audio/ogg");
        yield return Sound("Ogg", "FLAC", "-", bench => bench.Ffmpeg("ogg", $"{Mono} -c:a flac"), type: "audio/ogg");
        yield return Sound("Ogg", "Speex", "8,000 Hz", bench => bench.Ffmpeg("spx", $"{Mono} -ar 8000 -c:a libspeex -b:a 24k"), least: 85);
        yield return Sound("WAV", "A-law", "8,000 Hz", bench => bench.Ffmpeg("wav", $"{Mono} -ar 8000 -c:a pcm_alaw"));
        yield return Sound("WAV", "ADPCM", "-", bench => bench.Ffmpeg("wav", $"{Mono} -c:a adpcm_ms"));
        yield return Sound("WAV", "PCM 16 bits", "written to a pipe, no length", bench => bench.Piped("wav", $"{Mono} -f wav"));
        yield return Sound("WAV", "PCM 16 bits", "RF64", bench => bench.Ffmpeg("wav", $"{Mono} -rf64 always"));
    }

    private static IEnumerable<Cell> Frames()
    {
        yield return Sound("MP3", "MP3", "ID3v2 tag and seek table", bench => bench.Ffmpeg("mp3", Mono));
        yield return Sound("MP3", "MP3", "frames of varying size, no tag, no seek table", bench => bench.Ffmpeg(
            "mp3", $"{Mono} -q:a 4 -id3v2_version 0 -write_xing 0"));
        yield return Sound("MP3", "MP3", "constant rate, no tag, no seek table", bench => bench.Ffmpeg(
            "mp3", $"{Mono} -b:a 128k -id3v2_version 0 -write_xing 0"));
        yield return Sound("MP3", "MP3", "begins in the middle of a frame", bench => bench.Write(
            "mp3", File.ReadAllBytes(bench.Ffmpeg("mp3", $"{Mono} -b:a 128k -id3v2_version 0 -write_xing 0"))[211..]), tolerance: 0.1);
        yield return Sound("MP3", "MP3", "zeros before the first frame", bench => bench.Write(
            "mp3", [.. new byte[600], .. File.ReadAllBytes(bench.Ffmpeg("mp3", $"{Mono} -q:a 4 -id3v2_version 0 -write_xing 0"))]));
        yield return Sound("MP3", "MP3", "24,000 Hz (MPEG-2), begins in the middle of a frame", bench => bench.Write(
            "mp3", File.ReadAllBytes(bench.Ffmpeg("mp3", $"{Mono} -ar 24000 -b:a 64k -id3v2_version 0 -write_xing 0"))[100..]),
                tolerance: 0.1);
        yield return Sound("AAC", "AAC", "ADTS", bench => bench.Ffmpeg("aac", Mono));
        yield return Sound("AAC", "AAC", "ADTS behind an ID3v2 tag", bench => bench.Write(
            "aac", [.. Tag(300), .. File.ReadAllBytes(bench.Ffmpeg("aac", Mono))]));
        yield return Sound("AAC", "AAC", "ADTS behind an ID3v2 tag of 60,000 bytes", bench => bench.Write(
            "aac", [.. Tag(60_000), .. File.ReadAllBytes(bench.Ffmpeg("aac", Mono))]), type: "audio/aac");
        yield return Sound("AAC", "AAC", "ADTS that begins in the middle of a frame", bench => bench.Write(
            "aac", File.ReadAllBytes(bench.Ffmpeg("aac", Mono))[100..]), tolerance: 0.15);
        yield return Sound("FLAC", "FLAC", "behind an ID3v2 tag of 60,000 bytes", bench => bench.Write(
            "flac", [.. Tag(60_000), .. File.ReadAllBytes(bench.Ffmpeg("flac", Mono))]), type: "audio/flac");
    }

    private static byte[] Tag(int length) =>
        [.. "ID3\u0004\0\0"u8, 0, (byte)(length >> 14), (byte)((length >> 7) & 0x7F), (byte)(length & 0x7F), .. new byte[length]];

    private static string Twice(Bench bench, string file)
    {
        var content = File.ReadAllBytes(file);
        return bench.Write("twice", [.. content, .. content]);
    }

    private static Cell Sound(
        string container, string codec, string declared, Func<Bench, string> make, int channels = 1, int least = 95, bool steady = false,
            string? type = null, double tolerance = 0.12, double seconds = 2) =>
        new("Sounds", container, codec, declared, async bench =>
        {
            var made = await bench.SendAsync(make(bench));
            var result = made.Require();
            if (type is not null)
                result.MediaType.ShouldBe(type);
            result.Channels.ShouldBe(channels);
            result.Duration!.Value.ShouldBe(seconds, tolerance);
            using var peaks = JsonDocument.Parse(made.Files["peaks"]);
            var data = peaks.RootElement.GetProperty("data").EnumerateArray().Select(value => value.GetInt32()).ToList();
            var middle = data.Chunk(2).ToList()[(data.Count / 8)..(data.Count * 3 / 8)];
            var (lowest, highest) = (middle.Select(pair => pair[0]).ToList(), middle.Select(pair => pair[1]).ToList());
            highest.Max().ShouldBeInRange(least, 112, "the highest sample");
            lowest.Min().ShouldBeInRange(-112, -least, "the lowest sample");
            if (steady)
                highest.Min().ShouldBeGreaterThan(least, "the highest sample of any hundredth of a second");
            made.Files.Keys.ShouldBe(["waveform", "peaks"]);
            return $"waveform with full peaks, {seconds} s, {channels} channel{(channels == 1 ? "" : "s")}";
        });

    private static Cell Refused(string container, string codec, string declared, Func<Bench, string> make) =>
        new("Sounds", container, codec, declared, async bench => (await bench.SendAsync(make(bench))).RequireRefusal("media.unsupported"));
}
