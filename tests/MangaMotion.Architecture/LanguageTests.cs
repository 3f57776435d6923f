using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>
/// Plain technical English in code and documents, as CONTRIBUTING.md describes it. The tests hold only what can be matched: phrases,
/// long lines, and summaries that begin with a preposition.
/// </summary>
public sealed partial class LanguageTests
{
    /// <summary>Lines of at most 140 characters in source code.</summary>
    private const int MaxLineLength = 140;

    /// <summary>
    /// Projects and documents that are not converted yet. Remove an entry in the change that converts it;
    /// <see cref="A_converted_project_is_not_listed"/> fails otherwise. Never add an entry.
    /// </summary>
    private static readonly string[] NotConverted =
    [
        "benchmarks/MangaMotion.Benchmarks",
        "docs/adr",
        "docs/videos.md",
        "libraries/MangaMotion.Film",
        "libraries/MangaMotion.Jobs",
        "libraries/MangaMotion.Media",
        "libraries/MangaMotion.ServiceDefaults",
        "services/ingest/MangaMotion.Ingest",
        "services/thumbnail/MangaMotion.Thumbnail",
        "services/video-pipeline/MangaMotion.VideoPipeline",
        "tests/MangaMotion.Acceptance",
        "tests/MangaMotion.Architecture",
        "tests/MangaMotion.Comics.Tests",
        "tests/MangaMotion.Hostile",
        "tests/MangaMotion.Ingest.Tests",
        "tests/MangaMotion.Integration",
        "tests/MangaMotion.Jobs.Tests",
        "tests/MangaMotion.LocalStack.Tests",
        "tests/MangaMotion.LocalStack.Victim",
        "tests/MangaMotion.Media.Tests",
        "tests/MangaMotion.Media.Victim",
        "tests/MangaMotion.Messaging.Postgres.Conformance",
        "tests/MangaMotion.Messaging.Postgres.Victim",
        "tests/MangaMotion.Records.Tests",
        "tests/MangaMotion.ServiceDefaults.Tests",
        "tests/MangaMotion.ServiceDefaults.Victim",
        "tests/MangaMotion.Storage.Conformance",
        "tests/MangaMotion.Storage.Victim",
        "tests/MangaMotion.TestSupport",
        "tests/MangaMotion.VideoPipeline.Tests",
        "tools/MangaMotion.MediaHost",
    ];

    /// <summary>Files that quote the phrases.</summary>
    private static readonly string[] Quoting =
        ["CONTRIBUTING.md", "docs/glossary.md", "tests/MangaMotion.Architecture/LanguageTests.cs"];

    private static readonly Dictionary<string, List<string>> Violations = FindViolations();

    [Fact]
    public void Converted_projects_and_documents_keep_to_the_language()
    {
        var violations = Violations.Where(pair => !NotConverted.Contains(pair.Key)).SelectMany(pair => pair.Value).ToList();

        violations.ShouldBeEmpty("See the section Language of CONTRIBUTING.md.");
    }

    [Fact]
    public void A_converted_project_is_not_listed() =>
        NotConverted.Where(unit => !Violations.ContainsKey(unit))
            .ShouldBeEmpty("These are converted, or gone: remove them from the list in LanguageTests.cs.");

    [Theory]
    [InlineData("// Whoever holds the lease", "phrase 'Whoever'")]
    [InlineData("// The caller is told of it.", "phrase 'is told'")]
    [InlineData("    /// <summary>Of the chapter.</summary>", "summary begins with 'Of'")]
    [InlineData("    /// <summary>\n    /// With a lease.\n    /// </summary>", "summary begins with 'With'")]
    public void A_violation_is_found(string text, string message) =>
        FindViolations("some.cs", text).ShouldHaveSingleItem().ShouldContain(message);

    [Fact]
    public void A_long_line_is_a_violation_in_source_only()
    {
        var line = new string('x', MaxLineLength + 1);

        FindViolations("some.cs", $"\n{line}").ShouldBe(["some.cs:2: 141 characters"]);
        FindViolations("some.md", line).ShouldBeEmpty();
    }

    private static Dictionary<string, List<string>> FindViolations()
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in Repository.FindFiles(".cs", ".md").Except(Quoting))
        {
            var violations = FindViolations(file, File.ReadAllText(Repository.PathOf(file))).ToList();
            if (violations.Count == 0)
                continue;
            var unit = FindUnit(file);
            if (!found.TryGetValue(unit, out var known))
                found.Add(unit, known = []);
            known.AddRange(violations);
        }

        return found;
    }

    private static IEnumerable<string> FindViolations(string file, string text)
    {
        foreach (Match match in Phrase().Matches(text))
            yield return $"{file}:{CountLine(text, match.Index)}: phrase '{match.Value}'";
        if (!file.EndsWith(".cs", StringComparison.Ordinal))
            yield break;
        foreach (Match match in SummaryWithPreposition().Matches(text))
            yield return $"{file}:{CountLine(text, match.Index)}: summary begins with '{match.Groups["word"].Value}'";
        foreach (var (number, line) in text.Split('\n').Index().Where(line => line.Item.Length > MaxLineLength))
            yield return $"{file}:{number + 1}: {line.Length} characters";
    }

    /// <summary>Finds the project that a file belongs to; for a document its path, and for an ADR the folder.</summary>
    private static string FindUnit(string file)
    {
        for (var folder = Path.GetDirectoryName(file); folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
        {
            if (folder == "docs/adr" || Directory.EnumerateFiles(Repository.PathOf(folder), "*.csproj").Any())
                return folder;
        }

        return file;
    }

    private static int CountLine(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex(
        @"\b(whoever|whatever|nobody|somebody|anew|aright|theirs|(is|are|was|were|be) told|(is|are|was|were) taken for|"
        + @"is heard of|has a word|that (is|are) none|(is|are) at an end|put(s|ting)? up with|put(s|ting)? off|in hand|at hand|for ever)\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Phrase();

    [GeneratedRegex(
        @"<summary>\s*(///\s*)?"
        + @"(?<word>Of|For|From|In|Into|On|At|By|With|Without|Within|To|Under|Over|After|Before|Between|Beside|Until|Among)\s",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SummaryWithPreposition();
}
