using MangaMotion.Comics.Script;

namespace MangaMotion.Benchmarks.Lettering;

/// <summary>
/// Truth about the lettering of a folder of pages. The file is UTF-8 with one piece of lettering a line, in reading order: the name of
/// the page's file, a tab, the text. Empty lines and lines that begin with <c>#</c> are ignored. A page without lettering is a line with
/// its name alone.
/// </summary>
internal sealed class LetteringTruth
{
    private LetteringTruth(IReadOnlyList<(string Page, IReadOnlyList<string> Texts)> pages) => Pages = pages;

    /// <summary>Pages in the order of the file, with their texts in reading order.</summary>
    public IReadOnlyList<(string Page, IReadOnlyList<string> Texts)> Pages { get; }

    /// <exception cref="InvalidDataException">The file names no page.</exception>
    public static LetteringTruth Parse(IEnumerable<string> lines)
    {
        var pages = lines.Where(line => line.Trim() is [not '#', ..])
            .Select(line => line.Split('\t', 2))
            .GroupBy(cells => cells[0].Trim(), cells => cells.ElementAtOrDefault(1) ?? "")
            .Select(page => (page.Key, (IReadOnlyList<string>)[.. page.Where(text => KeepLetters(text).Length > 0)]))
            .ToList();
        return pages.Count > 0
            ? new(pages)
            : throw new InvalidDataException("The truth names no page. Write lines of page name, tab, text.");
    }

    /// <summary>Keeps what is compared: letters and digits, in capitals. Spaces and punctuation marks are not compared.</summary>
    public static string KeepLetters(string? text) => string.Concat(
        (text ?? "").Normalize(System.Text.NormalizationForm.FormKC).ToUpperInvariant()
            .Where(letter => char.IsAsciiLetterOrDigit(letter) || Letters.IsJapanese(letter)));
}
