using System.Globalization;
using System.Text;

namespace MangaMotion.Media.Chapters;

/// <summary>Names that owners give to pages: their order, what is no page, and how they are shown.</summary>
internal static class PageNames
{
    private const int Longest = 200;

    /// <summary>Folder by folder, numbers by their value: <c>2.png</c> before <c>10.png</c>.</summary>
    public static IComparer<string> Natural { get; } = Comparer<string>.Create(Compare);

    /// <summary>What systems leave in archives: Finder's doubles, dotfiles, folders' pictures.</summary>
    public static bool IsLeftBySystem(string name) => name.Split('/').Any(part =>
        part.StartsWith('.') && part is not ("." or "..")
        || part is "__MACOSX"
        || part.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase)
        || part.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase));

    public static string ForPeople(string name, int number)
    {
        var shown = new StringBuilder();
        foreach (var rune in string.Join('/', name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ("." or ".."))).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse) && rune != Rune.ReplacementChar)
            {
                shown.Append(rune);
            }
        }

        var text = shown.ToString().Trim();
        if (text.Length > Longest)
        {
            // The end tells the pages apart; a pair of surrogates is not cut in two.
            var from = text.Length - Longest + 1;
            text = $"…{text[(char.IsLowSurrogate(text[from]) ? from + 1 : from)..]}";
        }

        return text.Length > 0 ? text : $"page {number}";
    }

    private static int Compare(string left, string right)
    {
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            int order;
            if (char.IsAsciiDigit(left[i]) && char.IsAsciiDigit(right[j]))
            {
                var one = Number(left, ref i);
                var other = Number(right, ref j);
                order = one.Length != other.Length ? one.Length - other.Length : one.SequenceCompareTo(other);
            }
            else
            {
                order = Weight(left[i++]) - Weight(right[j++]);
            }

            if (order != 0)
                return order;
        }

        return left.Length - i != right.Length - j ? left.Length - i - (right.Length - j) : string.CompareOrdinal(left, right);
    }

    /// <summary>A folder's end sorts before everything, so that its pages stay together.</summary>
    private static int Weight(char letter) => letter == '/' ? -1 : char.ToLowerInvariant(letter);

    private static ReadOnlySpan<char> Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return text.AsSpan(start..at).TrimStart('0');
    }
}
