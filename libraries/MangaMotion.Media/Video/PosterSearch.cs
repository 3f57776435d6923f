namespace MangaMotion.Media.Video;

/// <summary>Where a poster is looked for, whoever decodes: the same in a child and by ffmpeg's program.</summary>
internal static class PosterSearch
{
    /// <summary>Any good frame will do for a clip that is no longer; a long video begins with titles.</summary>
    public const double ClipSeconds = 60;

    /// <summary>Where a clip is looked at first: at about this second.</summary>
    public const double FirstLook = 1;

    /// <summary>Below this many bits a second a declared duration is not believed.</summary>
    private const double LeastBitsPerSecond = 1_000;

    /// <summary>
    /// Where candidates are looked for, as parts of the duration, until one is good: a key frame or a few, which cost one decoded
    /// frame each; more of them; and any frames, for files with hardly a key frame.
    /// </summary>
    public static readonly (double[] Parts, bool KeyFrames)[] Rounds =
    [
        ([0.25], true), ([0.08, 0.5], true), ([0, 0.15, 0.35, 0.65, 0.8, 0.92], true), ([0, 0.3, 0.6], false),
    ];

    /// <summary>The declared duration in seconds; null where there is none or the file is too small for it.</summary>
    public static double? Believable(double seconds, long bytes) => seconds > 0 && bytes * 8 / seconds >= LeastBitsPerSecond ? seconds : null;

    /// <summary>Pixels of a poster whose longest side is at most <paramref name="size"/>.</summary>
    public static (int Width, int Height) Fit(ProbedVideo video, int size)
    {
        var scale = Math.Min(1, (double)size / Math.Max(video.Width, video.Height));
        return (Math.Max(2, (int)Math.Round(video.Width * scale)), Math.Max(2, (int)Math.Round(video.Height * scale)));
    }

    /// <summary>Filters that make a poster of a frame: its size, square pixels, and colours that a screen shows.</summary>
    public static string Filter(int width, int height, bool highDynamicRange)
    {
        var fit = $"scale={width}:{height}:flags=area,setsar=1";

        // Bright scenes are mapped into what a screen shows; without it they come out grey and flat.
        return highDynamicRange
            ? $"{fit},zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=full,format=rgb24"
            : $"{fit},format=rgb24";
    }
}
