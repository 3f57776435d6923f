using System.Globalization;
using System.Text.RegularExpressions;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Video;
using MangaMotion.MediaHost.Vips;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Finds a poster of a video that is neither black nor blurred, and renders its variants.</summary>
internal static partial class VideoRenderer
{
    public static VideoAnswer Render(HostArguments host, VideoJob job)
    {
        (string Key, string Value)[] decoding =
        [
            ("skip_frame", "nokey"), ("max_pixels", job.MaxPixels.ToString(CultureInfo.InvariantCulture)),
        ];
        using var file = new AvFile(host, job.Format, decoding);
        var probed = file.Probe();
        if (probed.Video is null)
            RefuseTooLarge();
        var bytes = new FileInfo(host.Input).Length;
        if (probed.Video is not null && Measure(file, probed, bytes, job.SearchSeconds) is { } measured)
            probed = probed with { Seconds = measured };
        var seconds = PosterSearch.CheckDuration(probed.Seconds, bytes);
        if (probed.Video is not { } video || video.CodedPixels > job.MaxPixels || seconds > job.MaxSeconds)
            return new VideoAnswer(probed, null);

        file.SelectStream(video.Index);

        // A frame that becomes at most half as large needs no deblocking.
        var (shownWidth, shownHeight) = PictureSize.OfLargest(video.Width, video.Height, job.Pictures);
        var size = Math.Max(shownWidth, shownHeight);
        var deblocking = Math.Max(video.Width, video.Height) >= 2 * size ? "all" : "default";
        using var candidates = new PosterCandidates(
            file, video, size, job.SearchSeconds, [.. decoding, ("skip_loop_filter", deblocking)]);
        var poster = FindPoster(candidates, seconds);
        var picture = ImageRenderer.Render(
            host, poster.Pixels, (poster.Width, poster.Height), file.Orientation(video.Index), job.Pictures);
        return new VideoAnswer(probed with { Video = candidates.Video }, picture);
    }

    /// <summary>
    /// Refuses a video whose pictures exceed the decoder's limit. FFmpeg then describes no picture, and states the size in its log only.
    /// </summary>
    private static void RefuseTooLarge()
    {
        var messages = AvLog.Take();
        if (TooLarge().Match(messages) is { Success: true } size)
            throw new RefusedException(new HostFailure(HostFailureKind.TooManyPixels, messages, Read("width") * Read("height")));

        long Read(string group) => long.Parse(size.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"(?<width>\d{1,9})x(?<height>\d{1,9}) exceeds specified max pixel count",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex TooLarge();

    /// <summary>
    /// Measures the duration of a file that declares none by reading its packets. Browsers, and recorders that write to a pipe or are
    /// killed, make such files. An AVI of a killed recorder may declare a wrong duration. Returns null if the declared duration is used.
    /// </summary>
    private static double? Measure(AvFile file, Probed probed, long bytes, double cpuSeconds)
    {
        if (PosterSearch.CheckDuration(probed.Seconds, bytes) is not { } declared)
            return file.MeasureEnd(0, cpuSeconds);
        // A recording that was cut out of a longer one may keep its times: the headers of these formats then count from zero.
        if (file.Format.Demuxer is "mov" or "matroska" && file.Start > AvFile.LateStart)
            return file.MeasureEnd(Math.Max(0, declared - file.Start - AvFile.LateStart), cpuSeconds);
        var end = file.Format.Demuxer == "avi" ? file.MeasureEnd(declared, cpuSeconds) : null;
        return end < declared * 0.9 ? end : null;
    }

    private static Poster FindPoster(PosterCandidates candidates, double? seconds)
    {
        if (seconds <= PosterSearch.ClipSeconds)
            candidates.Try(PosterSearch.FirstLook, keyFrame: true);
        foreach (var (parts, keyFrames) in PosterSearch.Rounds)
        {
            foreach (var time in parts.Select(part => part * (seconds ?? 0)).Distinct())
            {
                if (candidates.IsEnough)
                    return candidates.Best!;
                candidates.Try(time, keyFrames);
            }
        }

        return candidates.Best ?? throw AvFile.Refusal(candidates.Error);
    }
}
