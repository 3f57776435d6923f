using System.Globalization;

namespace MangaMotion.Media.Processes;

/// <summary>The words for what a file has asked too much of.</summary>
public static class Outcome
{
    public static MediaLimitException TooMany(string limit, long allowed, long actual, string sentence, string? detail = null) =>
        new(limit, allowed, actual, string.Format(CultureInfo.InvariantCulture, sentence, actual.ToString("N0"), allowed.ToString("N0")), detail);

    public static MediaLimitException CpuUsedUp(int seconds, string title, string detail) =>
        new("cpu", seconds, null, $"Working on this {title} takes more than the {seconds} s of processor time that one file may take.", detail);

    public static MediaLimitException OutOfMemory(long bytes, string title, string detail) =>
        new("memory", bytes, null, $"Decoding this {title} takes more than the {bytes / 1_000_000:N0} MB of memory that one file may take.", detail);
}
