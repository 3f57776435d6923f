using System.Globalization;

namespace MangaMotion.Media.Processes;

/// <summary>The words for what a file has asked too much of.</summary>
internal static class Outcome
{
    public static MediaLimitException TooMany(string limit, long allowed, long actual, string sentence, string? detail = null) =>
        new(limit, allowed, actual, string.Format(CultureInfo.InvariantCulture, sentence, actual.ToString("N0"), allowed.ToString("N0")), detail);

    public static MediaLimitException CpuUsedUp(int seconds, string title, string detail) =>
        new("cpu", seconds, null, $"Working on this {title} takes more than the {seconds} s of processor time that one file may take.", detail);

    public static MediaLimitException OutOfMemory(long bytes, string title, string detail) =>
        new("memory", bytes, null, $"Decoding this {title} takes more than the {bytes / 1_000_000:N0} MB of memory that one file may take.", detail);

    /// <summary>The words of the C library for a disk without room, inodes or quota.</summary>
    public static bool LooksOutOfDisk(string stderr) =>
        stderr.Contains("No space left on device", StringComparison.Ordinal) || stderr.Contains("Disk quota exceeded", StringComparison.Ordinal);

    /// <summary>How the usual libraries tell that they were refused memory: GLib, glibc, C++, poppler, .NET.</summary>
    public static bool LooksOutOfMemory(string stderr) =>
        stderr.Contains("failed to allocate", StringComparison.OrdinalIgnoreCase)
        || stderr.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || stderr.Contains("cannot allocate memory", StringComparison.OrdinalIgnoreCase)
        || stderr.Contains("bad_alloc", StringComparison.Ordinal)
        || stderr.Contains("Out of memory", StringComparison.Ordinal);
}
