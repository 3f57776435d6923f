using System.Globalization;

namespace MangaMotion.Media.Processes;

/// <summary>Creates exceptions for files over a limit.</summary>
public static class LimitExceeded
{
    /// <param name="sentence">Owner message with {0} for the actual value and {1} for the limit.</param>
    public static MediaLimitException TooMany(string limit, long allowed, long actual, string sentence, string? detail = null)
    {
        var message = string.Format(CultureInfo.InvariantCulture, sentence, actual.ToString("N0"), allowed.ToString("N0"));
        return new(limit, allowed, actual, message, detail);
    }

    public static MediaLimitException Cpu(int seconds, string title, string detail) => new(
        "cpu",
        seconds,
        null,
        $"Working on this {title} takes more than the {seconds} s of processor time that one file may take.",
        detail);

    public static MediaLimitException Memory(long bytes, string title, string detail) => new(
        "memory",
        bytes,
        null,
        $"Decoding this {title} takes more than the {bytes / 1_000_000:N0} MB of memory that one file may take.",
        detail);
}
