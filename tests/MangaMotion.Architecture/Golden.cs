namespace MangaMotion.Architecture;

/// <summary>
/// A text that others rely on, kept in <c>Goldens/</c>: a change of it is seen in review, and cannot happen by accident.
/// </summary>
internal static class Golden
{
    private const string Write = "MANGAMOTION_WRITE_GOLDENS";

    /// <param name="name">The file below <c>Goldens/</c>.</param>
    /// <param name="advice">What a change means for others, and what to do about it.</param>
    public static void Compare(string name, IEnumerable<string> lines, string advice) =>
        CompareFile(Path.Combine("tests", "MangaMotion.Architecture", "Goldens", name), lines, advice);

    /// <summary>The same for a file that is published where others look for it.</summary>
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
            {name} differs. Gone: {Shown(before.Except(now))}. New: {Shown(now.Except(before))}.
            {advice}
            If the change is meant, write the file anew and commit it:
            {Write}=1 dotnet test tests/MangaMotion.Architecture
            """);
    }

    private static string Shown(IEnumerable<string> lines) => lines.Select(line => line.Trim()).ToList() is { Count: > 0 } some ? string.Join(", ", some) : "nothing";
}
