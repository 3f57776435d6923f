using System.Text.Json.Nodes;

namespace MangaMotion.Architecture;

/// <summary>Completeness of <c>THIRD-PARTY-NOTICES.md</c>: every package that is shipped or run.</summary>
public sealed class NoticeTests
{
    private const string Page = "THIRD-PARTY-NOTICES.md";

    private static readonly string[] ShippedFolders = ["contracts", "libraries", "services", "tools"];

    [Fact]
    public void Every_NuGet_package_of_a_shipped_project_has_a_row() =>
        ShouldHaveRows("NuGet", FindNuGetPackages());

    [Fact]
    public void Every_Debian_package_that_setup_installs_has_a_row()
    {
        var packages = File.ReadLines(Repository.PathOf("deploy/debian-packages.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split(' ', '|')[0]);

        ShouldHaveRows("Debian", packages);
    }

    [Fact]
    public void Every_row_names_a_licence_and_a_use() => File.ReadLines(Repository.PathOf(Page))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .ShouldAllBe(line => line.Split('|').Skip(1).SkipLast(1).All(cell => cell.Trim().Length > 1));

    private static void ShouldHaveRows(string section, IEnumerable<string> packages)
    {
        var rows = ReadRows(section);
        var expected = packages.ToList();

        expected.ShouldNotBeEmpty();
        rows.ShouldBeUnique();
        expected.Except(rows).ShouldBeEmpty($"Add rows to {Page}: read the licence from the package, and say how it is used.");
        rows.Except(expected).ShouldBeEmpty($"These packages are not used any more: remove their rows from {Page}.");
    }

    /// <summary>Reads the names in the tables of one section.</summary>
    private static List<string> ReadRows(string section)
    {
        var lines = File.ReadLines(Repository.PathOf(Page))
            .SkipWhile(line => line != $"## {section}").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        return [.. lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(ReadNames)];
    }

    /// <summary>Reads the names in the first cell of a row, each in back-ticks.</summary>
    private static IEnumerable<string> ReadNames(string row) => row.Split('|')[1].Split('`').Where((_, i) => i % 2 == 1);

    private static IEnumerable<string> FindNuGetPackages() =>
        from folder in ShippedFolders
        from file in Directory.EnumerateFiles(Repository.PathOf(folder), "packages.lock.json", SearchOption.AllDirectories)
        from framework in JsonNode.Parse(File.ReadAllText(file))!["dependencies"]!.AsObject()
        from package in framework.Value!.AsObject()
        where package.Value!["type"]!.GetValue<string>() != "Project"
        group package by package.Key into packages
        select packages.Key;
}
