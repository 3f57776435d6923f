using System.Globalization;
using System.Text.RegularExpressions;

namespace MangaMotion.Media.Video;

/// <summary>
/// Parses ffmpeg's report about its input. ffprobe reports the same in JSON, but needs another start of a program that links two hundred
/// libraries, which takes as much processor time as decoding a picture.
/// </summary>
internal static partial class FfmpegReport
{
    /// <summary>Arguments before the input of a run whose report is parsed.</summary>
    public static IEnumerable<string> Arguments => ["-nostdin", "-hide_banner", "-nostats", "-v", "info", "-y"];

    /// <summary>Parses a report; null if it is incomplete or contains an unknown line. Use ffprobe then.</summary>
    public static Probed? Parse(string stderr)
    {
        var lines = stderr.Split('\n').SkipWhile(line => !line.StartsWith("Input #0, ", StringComparison.Ordinal)).ToList();
        var end = lines.FindIndex(line => line.StartsWith("Stream mapping:", StringComparison.Ordinal));
        if (end < 0)
            return null;

        var probed = new Probed(0, null, null, null);
        foreach (var (line, next) in Streams(lines[..end]))
        {
            var (index, attributes) = (Number(line, "index"), line.Groups["attributes"].Value);
            if (line.Groups["kind"].Value == "Audio")
            {
                if (probed.Audio is null && Audio(index, line.Groups["codec"].Value, attributes) is var audio)
                    probed = audio is null ? null : probed with { Audio = audio };
            }
            else if (attributes.EndsWith(" (attached pic)", StringComparison.Ordinal))
            {
                probed = probed with { Cover = probed.Cover ?? index };
            }
            else if (probed.Video is null)
            {
                probed = Video(index, line.Groups["codec"].Value, attributes, next) is { } video ? probed with { Video = video } : null;
            }

            if (probed is null)
                return null;
        }

        return probed with { Seconds = lines[..end].Select(Duration).FirstOrDefault(seconds => seconds > 0) };
    }

    /// <summary>Finds the line of each stream with the lines up to the next stream. Metadata of the file is indented further.</summary>
    private static IEnumerable<(Match Line, List<string> Next)> Streams(List<string> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (StreamLine().Match(lines[i]) is { Success: true } match)
                yield return (match, lines.Skip(i + 1).TakeWhile(line => !StreamLine().IsMatch(line)).ToList());
        }
    }

    private static ProbedVideo? Video(int index, string codec, string attributes, List<string> next)
    {
        var size = Size().Match(attributes);
        if (!size.Success || attributes.Contains(", SAR ", StringComparison.Ordinal))
            return null;
        var turn = next.Select(line => Rotation().Match(line)).FirstOrDefault(match => match.Success);
        return ProbedVideo.Create(
            index,
            codec,
            (Number(size, "width"), Number(size, "height")),
            size.Groups["across"].Success ? (Number(size, "across"), Number(size, "down")) : (0, 0),
            turn is null ? 0 : Real(turn.Groups["degrees"].Value),
            FrameRate().Match(attributes) is { Success: true } rate ? Real(rate.Groups["rate"].Value) : 0,
            attributes.Contains("smpte2084", StringComparison.Ordinal) || attributes.Contains("arib-std-b67", StringComparison.Ordinal));
    }

    private static ProbedAudio? Audio(int index, string codec, string attributes)
    {
        var sound = Sound().Match(attributes);
        var channels = sound.Groups["layout"].Value switch
        {
            "mono" => 1,
            "stereo" => 2,
            "5.1" or "5.1(side)" => 6,
            "7.1" => 8,
            _ => 0,
        };
        return channels > 0 ? new ProbedAudio(index, codec, Number(sound, "rate"), channels) : null;
    }

    /// <summary>Parses a line such as "  Duration: 00:00:05.00, start: 0.000000, bitrate: 6414 kb/s"; 0 for another line.</summary>
    private static double Duration(string line) =>
        DurationLine().Match(line) is { Success: true } match
            ? (Number(match, "hours") * 3600.0) + (Number(match, "minutes") * 60) + Real(match.Groups["seconds"].Value)
            : 0;

    private static int Number(Match match, string group) =>
        int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex(
        @"^  Stream #0:(?<index>\d+)(\[0x[0-9a-f]+\])?(\([^)]*\))?: (?<kind>Video|Audio): (?<codec>\w+)(?<attributes>.*)$", Plain)]
    private static partial Regex StreamLine();

    [GeneratedRegex(@", (?<width>[1-9]\d*)x(?<height>[1-9]\d*)( \[SAR (?<across>\d+):(?<down>\d+) DAR \d+:\d+\])?(,|$| \()", Plain)]
    private static partial Regex Size();

    [GeneratedRegex(@", (?<rate>[0-9.]+) fps", Plain)]
    private static partial Regex FrameRate();

    [GeneratedRegex(@", (?<rate>[1-9]\d*) Hz, (?<layout>[a-z0-9.()]+)", Plain)]
    private static partial Regex Sound();

    [GeneratedRegex(@"^      displaymatrix: rotation of (?<degrees>-?[0-9.]+) degrees", Plain)]
    private static partial Regex Rotation();

    [GeneratedRegex(@"^  Duration: (?<hours>\d+):(?<minutes>\d+):(?<seconds>[0-9.]+), ", Plain)]
    private static partial Regex DurationLine();
}
