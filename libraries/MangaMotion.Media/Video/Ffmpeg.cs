using System.Text.RegularExpressions;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Video;

/// <summary>
/// Arguments that every run of ffmpeg or ffprobe on somebody's file starts with: the demuxer of the sniffed type and no other,
/// decoders that are wanted, files only. Without them a playlist named .mp4 reads its neighbours.
/// </summary>
public static partial class Ffmpeg
{
    private const string Decoders =
        "h264,hevc,mpeg4,mpeg2video,mpeg1video,vp8,vp9,libdav1d,av1,prores,mjpeg,png,dvvideo,dnxhd,theora,h263,h263p,flv,vp6f,msmpeg4v1,"
        + "msmpeg4v2,msmpeg4v3,huffyuv,ffv1,rawvideo,wmv2,qtrle,"
        + "aac,aac_latm,mp3float,mp3,mp2float,mp2,ac3,eac3,flac,alac,vorbis,libvorbis,opus,libopus,speex,libspeex,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,"
        + "pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_swf,pcm_bluray,pcm_dvd,amrnb,amrwb,mov_text,subrip,ass,ssa,webvtt";

    /// <summary>The same for a child that works with FFmpeg's libraries.</summary>
    internal static HostFormat Format(MediaType type) => new(Demuxer(type), Decoders);

    /// <summary>Options of one input, which come before its <c>-i</c>.</summary>
    public static IEnumerable<string> Input(MediaType type) =>
    [
        "-protocol_whitelist", "file", "-format_whitelist", Demuxer(type), "-codec_whitelist", Decoders, "-f", Demuxer(type),
    ];

    /// <summary>Arguments in front of the first input of ffmpeg.</summary>
    public static IEnumerable<string> Quiet => ["-nostdin", "-hide_banner", "-v", "error", "-y"];

    public const string File = "file:input";

    /// <summary>One thread: the machine runs several jobs side by side, and processor time is what is counted.</summary>
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
    /// The failure of a run that read a file and made nothing of it: the file is damaged only where a demuxer or decoder complained of it.
    /// Otherwise the program failed.
    /// </summary>
    public static MediaException Failure(MediaType type, ToolResult result) =>
        Complains(result.Stderr) ? HostFailures.Broken(type, result.Detail) : new ToolFailedException("ffmpeg", $"it made nothing and did not say why; {result.Detail}");

    /// <summary>Whether a demuxer or decoder found fault with the bytes of the file.</summary>
    public static bool Complains(string stderr) =>
        !StartFailure.OfRefusedThread(stderr) && !StartFailure.OfFileAccess(stderr) && Complaint().IsMatch(stderr);

    // A component's line, such as "[png @ 0x5581] Invalid PNG signature", or a sentence of ffmpeg itself.
    [GeneratedRegex(
        @"^\[[^\]\n]+ @ 0x|Invalid data found|Error while decoding|does not contain any stream|matches no streams|Output file is empty|Cannot determine format of input",
        RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Complaint();
}
