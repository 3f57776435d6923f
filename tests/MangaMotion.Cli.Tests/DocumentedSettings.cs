using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Tests;

/// <summary>Environment variables of <c>docs/configuration.md</c>, which the architecture tests compare with the code.</summary>
internal static partial class DocumentedSettings
{
    public static IReadOnlySet<string> Names { get; } = File.ReadLines(Clone.Find()["docs/configuration.md"])
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .SelectMany(line => Name().Matches(line.Split('|')[1]))
        .Select(match => match.Groups["name"].Value)
        .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
