using System.Globalization;

namespace MangaMotion.Cli.Operating;

/// <summary>How times and long texts stand in tables.</summary>
internal static class Cell
{
    private const int Longest = 80;

    public static string Of(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>One line, cut where it is too long for a table.</summary>
    public static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= Longest ? line : $"{line[..(Longest - 1)]}…";
    }
}
