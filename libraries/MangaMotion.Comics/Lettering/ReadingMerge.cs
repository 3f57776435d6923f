using System.Text;

namespace MangaMotion.Comics.Lettering;

/// <summary>
/// Merges two readings of an English line. The neural reader is better at letters, tesseract at spaces and punctuation marks: the neural
/// reader was trained on Chinese text, which has no spaces.
/// </summary>
public static class ReadingMerge
{
    /// <summary>Similarity of two readings from which the spaces of one are put into the other. Held by <c>ReadingMergeTests</c>.</summary>
    private const double Similar = 0.6;

    /// <summary>Digits of the neural reading and letters of the same shape.</summary>
    private static readonly HashSet<string> LookAlikes = ["1I", "1L", "0O", "0D", "5S", "8B", "2Z", "6G"];

    private static readonly char[] Marks = [.. ".,:;!?'’\"“”‘|-*"];

    /// <summary>Confidence of tesseract from which its letters at the ends of a line count.</summary>
    private const double CertainWords = 0.8;

    /// <summary>Letters by which the readings may differ at one end.</summary>
    private const int MaxEndLetters = 2;

    /// <summary>Share of a line's characters that are not letters of an English text, from which it is a drawing.</summary>
    private const double MaxForeign = 0.25;

    /// <summary>Merges two readings of one line.</summary>
    /// <param name="neural">Text of the neural reader.</param>
    /// <param name="tesseract">Text of tesseract; empty if it read nothing.</param>
    /// <param name="tesseractConfidence">Mean confidence in its words, 0 to 1.</param>
    /// <returns>The text, and the similarity of the letters in both readings, 0 to 1. The text is empty if it is not English.</returns>
    public static (string Text, double Agreement) Merge(string neural, string tesseract, double tesseractConfidence)
    {
        var text = KeepEnglish(neural);
        var other = ReadPronoun(KeepEnglish(tesseract));
        var (letters, others) = (KeepLetters(text), KeepLetters(other));
        if (letters.Length == 0)
            return ("", 0);
        var pairs = Align(letters, others);
        (text, letters) = CorrectLetters(text, letters, others, pairs);
        if (string.Equals(letters, others, StringComparison.OrdinalIgnoreCase))
            return (CopyEnd(other, text), 1);
        pairs = Align(letters, others);
        var agreement = Math.Max(0, 1 - (CountEdits(letters, others, pairs) / (double)Math.Max(letters.Length, others.Length)));
        if (tesseractConfidence >= CertainWords && DifferAtEnds(letters, others))
            return (CopyEnd(other, text), agreement);
        return (agreement >= Similar ? CopySpaces(text, other, pairs) : text, agreement);
    }

    /// <summary>
    /// Whether one reading is the other one with a few letters more at one end: the box is too narrow, or holds an outline.
    /// </summary>
    private static bool DifferAtEnds(string one, string other)
    {
        var (shorter, longer) = one.Length < other.Length ? (one, other) : (other, one);
        return longer.Length - shorter.Length <= MaxEndLetters && shorter.Length > longer.Length / 2
            && (longer.StartsWith(shorter, StringComparison.OrdinalIgnoreCase)
                || longer.EndsWith(shorter, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads a bar, or an exclamation mark that stands alone, as the pronoun I.</summary>
    private static string ReadPronoun(string text)
    {
        var words = text.Replace("|!", "|", StringComparison.Ordinal).Split(' ');
        for (var i = 0; i < words.Length; i++)
            words[i] = words[i] == "!" ? "I" : words[i].Replace('|', 'I');
        return string.Join(' ', words);
    }

    /// <summary>
    /// Takes letters of the other reading where the neural one is known to fail: a digit for a letter of the same shape, and one letter for
    /// two equal ones, which are one for its decoder.
    /// </summary>
    private static (string Text, string Letters) CorrectLetters(string text, string letters, string others, int[] pairs)
    {
        var result = new StringBuilder();
        for (int i = 0, letter = -1; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]))
            {
                result.Append(text[i]);
                continue;
            }

            letter++;
            var pair = pairs[letter];
            var isLookAlike = pair >= 0 && LookAlikes.Contains($"{char.ToUpperInvariant(text[i])}{char.ToUpperInvariant(others[pair])}");
            result.Append(isLookAlike ? others[pair] : text[i]);
            // The alignment pairs one letter with the last of two equal ones.
            var before = letter == 0 ? -1 : pairs[letter - 1];
            if (pair > 0 && before < pair - 1 && Same(others[pair], others[pair - 1]) && Same(text[i], others[pair]))
                result.Append(text[i]);
        }

        return (result.ToString(), KeepLetters(result.ToString()));
    }

    /// <summary>Takes the exclamation or question marks at the end of the neural reading, which tesseract reads as other marks.</summary>
    private static string CopyEnd(string text, string neural)
    {
        var end = neural[neural.TrimEnd(Marks).Length..];
        return end.AsSpan().IndexOfAny('!', '?') < 0 ? text : text.TrimEnd(Marks) + end;
    }

    /// <summary>Keeps letters, digits and punctuation marks of an English text. Empty if too much else is in it.</summary>
    public static string KeepEnglish(string text)
    {
        var normal = text.Normalize(NormalizationForm.FormKC);
        var kept = string.Concat(normal.Where(letter => letter is >= ' ' and <= '~' or '’' or '“' or '”' or '…' or '—' or '–')).Trim();
        var foreign = normal.Count(letter => letter > '~' && char.IsLetter(letter));
        return foreign <= MaxForeign * Math.Max(1, normal.Length) ? kept : "";
    }

    private static string KeepLetters(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit));

    /// <summary>Aligns two strings with the fewest edits.</summary>
    /// <returns>For each letter of the first string the index of its partner in the second one; -1 if it has none.</returns>
    private static int[] Align(string one, string other)
    {
        var costs = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                costs[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    costs[i - 1, j - 1] + (Same(one[i - 1], other[j - 1]) ? 0 : 1), Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
            }
        }

        var pairs = new int[one.Length];
        Array.Fill(pairs, -1);
        for (int i = one.Length, j = other.Length; i > 0 && j > 0;)
        {
            if (costs[i, j] == costs[i - 1, j - 1] + (Same(one[i - 1], other[j - 1]) ? 0 : 1))
                pairs[--i] = --j;
            else if (costs[i, j] == costs[i - 1, j] + 1)
                i--;
            else
                j--;
        }

        return pairs;
    }

    private static bool Same(char one, char other) => char.ToUpperInvariant(one) == char.ToUpperInvariant(other);

    private static int CountEdits(string one, string other, int[] pairs)
    {
        var same = pairs.Index().Count(pair => pair.Item >= 0 && Same(one[pair.Index], other[pair.Item]));
        var paired = pairs.Count(pair => pair >= 0);
        return paired - same + (one.Length - paired) + (other.Length - paired);
    }

    /// <summary>Puts the spaces of one reading between the letters of the other one, whose own spaces stay.</summary>
    private static string CopySpaces(string text, string from, int[] pairs)
    {
        // Letters after which the other reading has a space.
        var spaces = new HashSet<int>();
        var letter = -1;
        foreach (var c in from)
        {
            if (char.IsAsciiLetterOrDigit(c))
                letter++;
            else if (c == ' ' && letter >= 0)
                spaces.Add(letter);
        }

        var result = new StringBuilder();
        var own = -1;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                own++;
                var before = own > 0 ? pairs[own - 1] : -1;
                if (before >= 0 && spaces.Contains(before) && pairs[own] > before && result.Length > 0 && result[^1] != ' ')
                    result.Append(' ');
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }
}
