using System.Text.RegularExpressions;

namespace MangaMotion.Cli.Local;

/// <summary>Settings in <c>docs/configuration.md</c>, which a test holds to the code.</summary>
internal sealed partial class SettingsPage
{
    private readonly Dictionary<string, string> _defaults = new(StringComparer.OrdinalIgnoreCase);

    private SettingsPage(IEnumerable<string> lines)
    {
        var rows = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        foreach (var cells in rows.Select(line => line.Split(" | ")))
        {
            // A plain name stands for the setting in the second cell, and has no default of its own.
            var isPlain = !cells[0].Contains("__", StringComparison.Ordinal);
            foreach (Match name in Name().Matches(cells[0]))
                _defaults[name.Groups["name"].Value] = isPlain ? "" : cells[1].Replace("`", "", StringComparison.Ordinal);
        }
    }

    /// <summary>Settings with their defaults; plain names are left out.</summary>
    public IEnumerable<(string Name, string Default)> All =>
        _defaults.Where(pair => pair.Value.Length > 0).Select(pair => (pair.Key, pair.Value));

    public static SettingsPage Read(Clone clone) => new(File.ReadLines(clone["docs/configuration.md"]));

    /// <summary>Whether a variable of the environment is a setting. Lists are numbered from 0.</summary>
    public bool Contains(string variable) => _defaults.ContainsKey(Number().Replace(variable, "__0"));

    /// <summary>Value as it may be shown: passwords, keys and connection strings are hidden.</summary>
    public static string Show(string variable, string value) => Secret().IsMatch(variable) ? "(hidden)" : value;

    [GeneratedRegex("`(?<name>[A-Za-z0-9_]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex("__[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex(
        "^ConnectionStrings__|(?:Password|Secret|SecretKey|AccessKey|ApiKey|Api_Key|Secret_Key|Access_Key|Token|Headers)$",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Secret();
}
