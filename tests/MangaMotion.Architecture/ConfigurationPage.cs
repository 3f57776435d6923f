namespace MangaMotion.Architecture;

/// <summary>Tables of <c>docs/configuration.md</c>: <c>| `Section__Key` | default | allowed | meaning |</c>.</summary>
internal static class ConfigurationPage
{
    public sealed record Row(string Default, string Allowed, string Meaning);

    public static string Text { get; } = File.ReadAllText(Repository.PathOf("docs/configuration.md"));

    /// <summary>Rows by the environment name of their setting, without back-ticks.</summary>
    public static IReadOnlyDictionary<string, Row> Rows { get; } = Text.Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('|').Select(cell => cell.Replace("`", "", StringComparison.Ordinal).Trim()).ToArray())
        .Where(cells => cells.Length == 6)
        .ToDictionary(cells => cells[1], cells => new Row(cells[2], cells[3], cells[4]), StringComparer.Ordinal);
}
