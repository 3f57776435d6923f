using System.Globalization;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Video;
using MangaMotion.MediaHost.Vips;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Chooses a poster of a video, neither black nor blurred, and makes its variants from the pixels in memory.</summary>
internal static class Videos
{
    public static VideoAnswer Render(Slot slot, VideoJob job)
    {
        (string Key, string Value)[] decoding =
        [
            ("skip_frame", "nokey"), ("max_pixels", job.MaxPixels.ToString(CultureInfo.InvariantCulture)),
        ];
        using var file = new AvFile(slot.Input, job.Format, decoding);
        var probed = file.Probe();
        var seconds = PosterSearch.Believable(probed.Seconds, new FileInfo(slot.Input).Length);
        if (probed.Video is not { } video || video.CodedPixels > job.MaxPixels || seconds > job.MaxSeconds)
            return new VideoAnswer(probed, null);

        file.Only(video.Index);

        // Blocks do not show where the frame is made at most half as large.
        var size = job.Pictures.Variants[0].Size;
        var deblocking = Math.Max(video.Width, video.Height) >= 2 * size ? "all" : "default";
        using var looks = new Looks(file, video, size, job.PatienceSeconds, [.. decoding, ("skip_loop_filter", deblocking)]);
        var poster = Find(looks, seconds);
        return new VideoAnswer(probed with { Video = looks.Video }, ImageRenderer.Render(slot, poster.Pixels, (poster.Width, poster.Height), file.Orientation(video.Index), job.Pictures));
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
