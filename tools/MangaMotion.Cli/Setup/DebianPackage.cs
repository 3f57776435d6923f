using System.IO.Enumeration;

namespace MangaMotion.Cli.Setup;

/// <summary>One line of <c>deploy/debian-packages.txt</c>.</summary>
/// <param name="Name">Name, or the names in the releases of Debian, separated by <c>|</c>.</param>
/// <param name="Evidence">Path that exists if this package, or one that replaces it, is installed; a segment may contain <c>*</c>.</param>
/// <param name="Group"><c>run</c>, <c>s3</c>, <c>test</c> or <c>full</c>.</param>
/// <param name="Images">Container images that have it: <c>media</c>, <c>video</c>, or <c>-</c> for none.</param>
internal sealed record DebianPackage(string Name, string Evidence, string Group, string Images = "-")
{
    /// <summary>What apt-get is asked for: the name, or a regular expression that one name of each release matches.</summary>
    public string Request => Name.Contains('|') ? $"'^({Name})$'" : Name;

    /// <summary>Value for the field <c>Depends</c> of a package that needs this one.</summary>
    public string Dependency => Name.Replace("|", " | ");

    public bool IsInstalled => Matches("/", Evidence.Split('/', StringSplitOptions.RemoveEmptyEntries));

    public static IEnumerable<DebianPackage> Read(string path) =>
        from line in File.ReadLines(path)
        where !line.StartsWith('#')
        let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where parts.Length == 4
        select new DebianPackage(parts[0], parts[1], parts[2], parts[3]);

    private static bool Matches(string folder, ReadOnlySpan<string> segments)
    {
        if (segments.IsEmpty)
            return true;
        if (!segments[0].Contains('*'))
        {
            var path = Path.Combine(folder, segments[0]);
            return Path.Exists(path) && Matches(path, segments[1..]);
        }

        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder) : [])
        {
            var matches = FileSystemName.MatchesSimpleExpression(segments[0], Path.GetFileName(path), ignoreCase: false);
            if (matches && Matches(path, segments[1..]))
                return true;
        }

        return false;
    }
}
