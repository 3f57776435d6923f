namespace MangaMotion.Architecture;

/// <summary>
/// Text that others rely on, kept in <c>Goldens/</c>, so that no change happens by accident and each is seen in review.
/// </summary>
internal static class Golden
{
    private const string Write = "MANGAMOTION_WRITE_GOLDENS";

    /// <param name="name">File below <c>Goldens/</c>.</param>
    /// <param name="advice">Consequences of a change, and the action it needs.</param>
    public static void Compare(string name, IEnumerable<string> lines, string advice) =>
        CompareFile(Path.Combine("tests", "MangaMotion.Architecture", "Goldens", name), lines, advice);

    /// <summary>Compares a file that is published elsewhere in the repository.</summary>
    /// <param name="file">Path in the repository.</param>
    public static void CompareFile(string file, IEnumerable<string> lines, string advice)
    {
        var (path, name) = (Repository.PathOf(file), Path.GetFileName(file));
        var actual = string.Concat(lines.Select(line => $"{line}\n"));
        if (Environment.GetEnvironmentVariable(Write) == "1")
            File.WriteAllText(path, actual);

        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (actual == expected)
            return;
        var (now, before) = (actual.Split('\n'), expected.Split('\n'));
        Assert.Fail($"""
            {name} differs. Removed: {Shown(before.Except(now))}. Added: {Shown(now.Except(before))}.
            {advice}
            If the change is intended, write the file again and commit it:
            {Write}=1 dotnet test tests/MangaMotion.Architecture
            """);
    }

    private static string Shown(IEnumerable<string> lines) =>
        lines.Select(line => line.Trim()).ToList() is { Count: > 0 } some ? string.Join(", ", some) : "nothing";
}
