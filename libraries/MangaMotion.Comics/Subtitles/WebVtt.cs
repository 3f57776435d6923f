using System.Globalization;
using System.Text;

namespace MangaMotion.Comics.Subtitles;

/// <summary>Writes subtitles in the WebVTT format (W3C).</summary>
public static class WebVtt
{
    /// <summary>Writes a WebVTT file with times in milliseconds and escaped text.</summary>
    public static string WriteCues(IEnumerable<SubtitleCue> cues)
    {
        var text = new StringBuilder("WEBVTT\n");
        foreach (var cue in cues)
            text.Append(CultureInfo.InvariantCulture, $"\n{FormatTime(cue.Start)} --> {FormatTime(cue.End)}\n{Escape(cue.Text)}\n");
        return text.ToString();
    }

    private static string FormatTime(double seconds)
    {
        var time = TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
        return string.Create(
            CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}");
    }

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
