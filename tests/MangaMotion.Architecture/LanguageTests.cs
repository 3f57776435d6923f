using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>
/// Plain technical English in code and documents, as CONTRIBUTING.md describes it. The tests hold only what can be matched: phrases,
/// long lines, and summaries that begin with a preposition.
/// </summary>
public sealed partial class LanguageTests
{
    /// <summary>Longest line of source code, in characters.</summary>
    private const int MaxLineLength = 140;

    /// <summary>Files that quote the phrases.</summary>
    private static readonly string[] Quoting =
        ["CONTRIBUTING.md", "docs/glossary.md", "tests/MangaMotion.Architecture/LanguageTests.cs"];

    [Fact]
    public void Projects_and_documents_keep_to_the_language() =>
        Repository.FindFiles(".cs", ".md").Except(Quoting)
            .SelectMany(file => FindViolations(file, File.ReadAllText(Repository.PathOf(file))))
            .ShouldBeEmpty("See the section Language of CONTRIBUTING.md.");

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
