using System.Globalization;
using System.Text;

namespace MangaMotion.Comics.Subtitles;

/// <summary>Subtitles as WebVTT (W3C).</summary>
public static class WebVtt
{
    public static string Write(IEnumerable<SubtitleCue> cues)
    {
        var text = new StringBuilder("WEBVTT\n");
        foreach (var cue in cues)
            text.Append(CultureInfo.InvariantCulture, $"\n{Time(cue.Start)} --> {Time(cue.End)}\n{Escape(cue.Text)}\n");
        return text.ToString();
    }

    private static string Time(double seconds) => TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)) is var time
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}") : "";

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
