using System.Globalization;
using MangaMotion.Api;

namespace MangaMotion.Console.Pages.Shared;

/// <summary>Numbers, times and statuses as people read them.</summary>
internal static class Format
{
    private static readonly string[] ByteUnits = ["B", "KB", "MB", "GB", "TB"];

    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1000 && unit < ByteUnits.Length - 1)
            (value, unit) = (value / 1000, unit + 1);
        return $"{Text(value, value < 10 && unit > 0 ? "0.#" : "0")} {ByteUnits[unit]}";
    }

    public static string Seconds(double seconds) => seconds switch
    {
        < 1 => $"{Text(seconds * 1000, "0")} ms",
        < 60 => $"{Text(seconds, seconds < 10 ? "0.#" : "0")} s",
        < 3_600 => $"{Text(Math.Floor(seconds / 60), "0")} min {Text(seconds % 60, "0")} s",
        _ => $"{Text(Math.Floor(seconds / 3_600), "0")} h {Text(seconds % 3_600 / 60, "0")} min",
    };

    /// <summary>Rough duration, such as "about 2 min".</summary>
    public static string About(double seconds) => seconds switch
    {
        < 10 => "a few seconds",
        < 90 => $"about {Text(Math.Round(seconds / 10) * 10, "0")} s",
        < 5_400 => $"about {Text(Math.Round(seconds / 60), "0")} min",
        _ => $"about {Text(Math.Round(seconds / 3_600), "0")} h",
    };

    public static string Ago(DateTimeOffset time, DateTimeOffset now) => (now - time).TotalSeconds switch
    {
        < -60 and var ahead => $"in {Span(-ahead)}",
        < 60 => "just now",
        var ago => $"{Span(ago)} ago",
    };

    /// <summary>Writes a time in UTC to the minute, with its date unless it is within a day.</summary>
    public static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString(
        time - DateTimeOffset.UtcNow < TimeSpan.FromDays(1) ? "HH:mm 'UTC'" : "yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Count(long number) => number.ToString("#,##0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => $"{Text(share * 100, share is > 0 and < 0.1 ? "0.0" : "0")} %";

    public static string Number(double value) => Text(value, "0.##");

    public static string Plural(long number, string one, string many) => $"{Count(number)} {(number == 1 ? one : many)}";

    /// <summary>Status of a job in words.</summary>
    public static string Status(string status) => status switch
    {
        JobStatuses.Uploaded => "waiting",
        JobStatuses.Processing => "running",
        JobStatuses.Done => "done",
        JobStatuses.Failed => "failed",
        JobStatuses.Canceled => "canceled",
        _ => status,
    };

    /// <summary>State of a video in words.</summary>
    public static string State(string state) => state switch
    {
        "accepted" => "waiting",
        VideoStages.ScriptGen => "reading pages",
        "awaiting_approval" => "waits for your approval",
        VideoStages.VoiceGen => "speaking lines",
        VideoStages.VideoGen => "rendering shots",
        VideoStages.Compositing => "composing",
        "completed" => "done",
        _ => state,
    };

    public static string Stage(string stage) => stage switch
    {
        VideoStages.ScriptGen => "Script",
        VideoStages.VoiceGen => "Voice",
        VideoStages.VideoGen => "Shots",
        VideoStages.Compositing => "Composition",
        _ => stage,
    };

    /// <summary>Version with a short commit, such as <c>0.1.0+16b0505</c>.</summary>
    public static string Version(string version) =>
        version.Split('+', 2) is [var number, { Length: > 7 } commit] ? $"{number}+{commit[..7]}" : version;

    public static string ShortId(Guid id) => id.ToString()[..8];

    private static string Span(double seconds) => seconds switch
    {
        < 3_600 => $"{Text(Math.Floor(seconds / 60), "0")} min",
        < 86_400 => $"{Text(Math.Floor(seconds / 3_600), "0")} h",
        _ => $"{Text(Math.Floor(seconds / 86_400), "0")} d",
    };

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
