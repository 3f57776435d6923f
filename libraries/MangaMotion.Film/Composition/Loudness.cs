using System.Globalization;
using System.Text.RegularExpressions;

namespace MangaMotion.Film.Composition;

/// <summary>Loudness of a sound by EBU R128, as ffmpeg's filter <c>ebur128</c> reports it.</summary>
/// <param name="Integrated">LUFS.</param>
/// <param name="TruePeak">dBTP.</param>
internal sealed partial record Loudness(double Integrated, double TruePeak)
{
    /// <summary>Filter that measures without changing the sound. Its report is at the end of standard error.</summary>
    public const string MeasuringFilter = "ebur128=peak=true";

    /// <summary>Loudness that video platforms play without a change, in LUFS.</summary>
    private const double Target = -16;

    /// <summary>Peak at which the limiter acts, in dBTP. The AAC encoder adds some tenths of a dB; the video stays below −1.5.</summary>
    private const double PeakLimit = -2.2;

    /// <summary>Loudness below which the absolute gate of R128 leaves nothing, in LUFS.</summary>
    private const double Silence = -69;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant;

    /// <summary>Reads the summary of <see cref="MeasuringFilter"/>; null without one.</summary>
    public static Loudness? Parse(string report)
    {
        var summary = report[Math.Max(0, report.LastIndexOf("Summary:", StringComparison.Ordinal))..];
        return ReadNumber(IntegratedLine().Match(summary)) is { } integrated && ReadNumber(PeakLine().Match(summary)) is { } peak
            ? new(integrated, peak)
            : null;
    }

    /// <summary>
    /// Filter that brings the sound to −16 LUFS. Only a sound whose peaks would be too high is limited, at 192 kHz so that peaks between
    /// samples count.
    /// </summary>
    /// <returns>The filter; null for silence.</returns>
    public string? CreateFilter()
    {
        if (Integrated < Silence)
            return null;
        var gain = Target - Integrated;
        var volume = string.Create(CultureInfo.InvariantCulture, $"volume={gain:F2}dB");
        if (TruePeak + gain <= PeakLimit)
            return volume;
        var limit = Math.Pow(10, PeakLimit / 20);
        return string.Create(
            CultureInfo.InvariantCulture, $"{volume},aresample=192000,alimiter=limit={limit:F4}:level=0,aresample=48000");
    }

    private static double? ReadNumber(Match line) => !line.Success ? null
        : double.TryParse(line.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : double.NegativeInfinity;

    [GeneratedRegex(@"^\s*I:\s+(?<value>\S+) LUFS", Options)]
    private static partial Regex IntegratedLine();

    [GeneratedRegex(@"^\s*Peak:\s+(?<value>\S+) dBFS", Options)]
    private static partial Regex PeakLine();
}
