namespace MangaMotion.Media.Video;

/// <summary>Places in a video at which a poster is searched, for FFmpeg's libraries and for its programs.</summary>
internal static class PosterSearch
{
    /// <summary>Longest duration in seconds of a clip, whose first good frame is used. Longer videos begin with titles.</summary>
    public const double ClipSeconds = 60;

    /// <summary>Second at which a clip is tried first.</summary>
    public const double FirstLook = 1;

    /// <summary>Lowest bit rate, in bits per second, of a plausible declared duration.</summary>
    private const double MinBitsPerSecond = 1_000;

    /// <summary>
    /// Places to try until a frame is good, as parts of the duration: few key frames, for each of which one frame is decoded; more key
    /// frames;
    /// and any frames, for files with few key frames.
    /// </summary>
    public static readonly (double[] Parts, bool KeyFrames)[] Rounds =
    [
        ([0.25], true), ([0.08, 0.5], true), ([0, 0.15, 0.35, 0.65, 0.8, 0.92], true), ([0, 0.3, 0.6], false),
    ];

    /// <summary>Checks a declared duration in seconds; null if there is none or the file is too small for it.</summary>
    public static double? CheckDuration(double seconds, long bytes) =>
        seconds > 0 && bytes * 8 / seconds >= MinBitsPerSecond ? seconds : null;

    /// <summary>Computes width and height of a poster whose longest side is at most <paramref name="size"/> pixels.</summary>
    public static (int Width, int Height) Fit(ProbedVideo video, int size)
    {
        var scale = Math.Min(1, (double)size / Math.Max(video.Width, video.Height));
        return (Math.Max(2, (int)Math.Round(video.Width * scale)), Math.Max(2, (int)Math.Round(video.Height * scale)));
    }

    /// <summary>Describes the filters that convert a frame to a poster: size, square pixels, and colours of a screen.</summary>
    public static string Filter(int width, int height, bool highDynamicRange)
    {
        var fit = $"scale={width}:{height}:flags=area,setsar=1";

        // Bright scenes are mapped to the range of a screen. Without it they look grey and flat.
        return highDynamicRange
            ? $"{fit},zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
                + "zscale=t=bt709:m=bt709:r=full,format=rgb24"
            : $"{fit},format=rgb24";
    }

    /// <summary>Filters that make a poster of a frame with primaries other than those of sRGB, such as Display P3.</summary>
    /// <param name="matrix">Colour matrix of the frame by zscale's name; <c>input</c> for the declared one.</param>
    /// <param name="isLinear">Whether the numbers are of light. All other curves are shown as that of sRGB, as browsers do.</param>
    public static string WideGamutFilter(int width, int height, string matrix, bool isLinear) =>
        $"scale={width}:{height}:flags=area,setsar=1,zscale=min={matrix}:tin={(isLinear ? "linear" : "iec61966-2-1")}:"
        + "p=bt709:t=iec61966-2-1:m=gbr:r=full,format=gbrp,format=rgb24";
}
