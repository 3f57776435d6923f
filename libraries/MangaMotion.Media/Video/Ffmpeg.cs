using System.Text.RegularExpressions;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Video;

/// <summary>
/// First arguments of every run of ffmpeg or ffprobe on an untrusted file: only the demuxer of the sniffed type, only the listed decoders,
/// only files. Without them a playlist named .mp4 could read other files.
/// </summary>
public static partial class Ffmpeg
{
    private const string Decoders =
        "h264,hevc,mpeg4,mpeg2video,mpeg1video,vp8,vp9,libdav1d,av1,prores,mjpeg,png,dvvideo,dnxhd,theora,h263,h263p,flv,vp6f,msmpeg4v1,"
        + "msmpeg4v2,msmpeg4v3,huffyuv,ffv1,rawvideo,wmv2,qtrle,"
        + "aac,aac_latm,mp3float,mp3,mp2float,mp2,ac3,eac3,flac,alac,vorbis,libvorbis,opus,libopus,speex,libspeex,"
        + "pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,"
        + "pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_swf,pcm_bluray,pcm_dvd,amrnb,amrwb,"
        + "mov_text,subrip,ass,ssa,webvtt";

    /// <summary>Demuxer and decoders for a media host.</summary>
    internal static HostFormat Format(MediaType type) => new(Demuxer(type), Decoders);

    /// <summary>Options of one input, before its <c>-i</c>.</summary>
    public static IEnumerable<string> Input(MediaType type) =>
    [
        "-protocol_whitelist", "file", "-format_whitelist", Demuxer(type), "-codec_whitelist", Decoders, "-f", Demuxer(type),
    ];

    /// <summary>Arguments before the first input of ffmpeg.</summary>
    public static IEnumerable<string> Quiet => ["-nostdin", "-hide_banner", "-v", "error", "-y"];

    /// <summary>Name of the input file.</summary>
    public const string File = "file:input";

    /// <summary>Arguments for one thread, because several jobs run at the same time.</summary>
    public static IEnumerable<string> OneThread => ["-threads", "1"];

    private static string Demuxer(MediaType type) => type switch
    {
        _ when type == MediaType.Mp4 || type == MediaType.QuickTime || type == MediaType.M4a || type == MediaType.ThreeGp => "mov",
        _ when type == MediaType.Matroska || type == MediaType.Webm => "matroska",
        _ when type == MediaType.Avi => "avi",
        _ when type == MediaType.Mp3 => "mp3",
        _ when type == MediaType.Wav => "wav",
        _ when type == MediaType.Aac => "aac",
        _ when type == MediaType.Ogg || type == MediaType.OggVideo => "ogg",
        _ when type == MediaType.TransportStream => "mpegts",
        _ when type == MediaType.ProgramStream => "mpeg",
        _ when type == MediaType.Flv => "flv",
        _ when type == MediaType.Flac => "flac",
        _ => throw new ArgumentException($"{type} is neither video nor sound.", nameof(type)),
    };

    /// <summary>
    /// Creates the exception for a run without output: the file is damaged if a demuxer or decoder reported an error. Otherwise the program
    /// failed.
    /// </summary>
    public static MediaException Failure(MediaType type, ToolResult result) => ReportsDamage(result.Stderr)
        ? HostFailures.CreateCorrupt(type, result.Detail)
        : new ToolFailedException("ffmpeg", $"it made no output and reported no error; {result.Detail}");

    /// <summary>Whether a demuxer or decoder reported an error in the bytes of the file.</summary>
    public static bool ReportsDamage(string stderr) =>
        !ToolErrors.IsNoThread(stderr) && !ToolErrors.IsDeniedFile(stderr) && DamageReport().IsMatch(stderr);

    // A line of a component, such as "[png @ 0x5581] Invalid PNG signature", or a message of ffmpeg itself.
    [GeneratedRegex(
        @"^\[[^\]\n]+ @ 0x|Invalid data found|Error while decoding|does not contain any stream|matches no streams|"
        + "Output file is empty|Cannot determine format of input",
        RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex DamageReport();
}
