using System.Globalization;
using System.Text.RegularExpressions;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Video;
using MangaMotion.MediaHost.Vips;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Chooses a poster of a video, neither black nor blurred, and makes its variants from the pixels in memory.</summary>
internal static partial class Videos
{
    public static VideoAnswer Render(Slot slot, VideoJob job)
    {
        (string Key, string Value)[] decoding =
        [
            ("skip_frame", "nokey"), ("max_pixels", job.MaxPixels.ToString(CultureInfo.InvariantCulture)),
        ];
        using var file = new AvFile(slot.Input, job.Format, decoding);
        var probed = file.Probe();
        if (probed.Video is null)
            RefuseTooLarge();
        var bytes = new FileInfo(slot.Input).Length;
        if (probed.Video is not null && Measure(file, probed, bytes, job.PatienceSeconds) is { } measured)
            probed = probed with { Seconds = measured };
        var seconds = PosterSearch.Believable(probed.Seconds, bytes);
        if (probed.Video is not { } video || video.CodedPixels > job.MaxPixels || seconds > job.MaxSeconds)
            return new VideoAnswer(probed, null);

        file.Only(video.Index);

        // Blocks do not show where the frame is made at most half as large.
        var (shownWidth, shownHeight) = PictureSize.OfLargest(video.Width, video.Height, job.Pictures);
        var size = Math.Max(shownWidth, shownHeight);
        var deblocking = Math.Max(video.Width, video.Height) >= 2 * size ? "all" : "default";
        using var looks = new Looks(file, video, size, job.PatienceSeconds, [.. decoding, ("skip_loop_filter", deblocking)]);
        var poster = Find(looks, seconds);
        return new VideoAnswer(probed with { Video = looks.Video }, ImageRenderer.Render(slot, poster.Pixels, (poster.Width, poster.Height), file.Orientation(video.Index), job.Pictures));
    }

    /// <summary>FFmpeg does not describe a picture that is larger than its decoder may decode; only its log says why.</summary>
    private static void RefuseTooLarge()
    {
        var said = AvLog.Take();
        if (TooLarge().Match(said) is { Success: true } size)
        {
            var pixels = long.Parse(size.Groups["width"].Value, CultureInfo.InvariantCulture) * long.Parse(size.Groups["height"].Value, CultureInfo.InvariantCulture);
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, said, pixels));
        }
    }

    [GeneratedRegex(@"(?<width>\d{1,9})x(?<height>\d{1,9}) exceeds specified max pixel count", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex TooLarge();

    /// <summary>
    /// The duration found by reading the packets, of a file that declares none: browsers' recorders, and those that write to a pipe or
    /// are killed, leave such files. An AVI of a killed recorder declares any duration. Null if the declared one holds.
    /// </summary>
    private static double? Measure(AvFile file, Probed probed, long bytes, double cpuSeconds)
    {
        if (PosterSearch.Believable(probed.Seconds, bytes) is not { } declared)
            return file.MeasureEnd(0, cpuSeconds);
        var end = file.Format.Demuxer == "avi" ? file.MeasureEnd(declared, cpuSeconds) : null;
        return end < declared * 0.9 ? end : null;
    }

    private static Poster Find(Looks looks, double? seconds)
    {
        if (seconds <= PosterSearch.ClipSeconds)
            looks.At(PosterSearch.FirstLook, keyFrame: true);
        foreach (var (parts, keyFrames) in PosterSearch.Rounds)
        {
            foreach (var time in parts.Select(part => part * (seconds ?? 0)).Distinct())
            {
                if (looks.Enough)
                    return looks.Best!;
                looks.At(time, keyFrames);
            }
        }

        return looks.Best ?? throw AvFile.Refusal(looks.Error);
    }
}
