using System.Globalization;

namespace MangaMotion.Cli.Operating;

/// <summary>Texts of table cells.</summary>
internal static class Cell
{
    private const int MaxLength = 80;

    /// <summary>Formats a time as local time.</summary>
    public static string Format(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Puts a text on one line and truncates it.</summary>
    public static string Truncate(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= MaxLength ? line : $"{line[..(MaxLength - 1)]}…";
    }
}
