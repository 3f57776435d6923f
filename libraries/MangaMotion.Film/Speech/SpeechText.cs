using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MangaMotion.Film.Speech;

/// <summary>A word as it is shown and as a voice is given it.</summary>
/// <param name="Shown">With its punctuation.</param>
/// <param name="Spoken">Never empty: one word or more with single spaces, and nothing that a synthesizer takes for markup.</param>
/// <param name="EndsClause">A breath follows.</param>
internal sealed record SpeechWord(string Shown, string Spoken, bool EndsClause);

/// <summary>Splits a written line into words without control characters, markup and endless words.</summary>
internal static partial class SpeechText
{
    /// <summary>Limit of one match; none takes more than a few microseconds for a line.</summary>
    public const int MatchMilliseconds = 10_000;

    private const int LongestWord = 40;
    private const string Signs = ".,;:!?'$%&@+-、。！？";
    private const string ClauseEnds = ".,;:!?…。、！？";

    private static readonly (string Accented, string Plain)[] Accents =
    [
        ("àáâãäåāăą", "a"), (
            "æ", "ae"), ("çćč", "c"), ("ďđð", "d"), ("èéêëēęě", "e"), ("ğ", "g"), ("ìíîïīı", "i"), ("ł", "l"), ("ñńň", "n"),
        ("òóôõöøōő", "o"), (
            "œ", "oe"), ("řŕ", "r"), ("śşš", "s"), ("ß", "ss"), ("ťţ", "t"), ("þ", "th"), ("ùúûüūůű", "u"), ("ýÿ", "y"), ("źżž", "z"),
    ];

    /// <summary>The words between the line's white space; those without a letter or digit belong to the word before them.</summary>
    public static IReadOnlyList<SpeechWord> Words(string line)
    {
        // Lettering in comics is all capitals, which synthesisers take for abbreviations.
        var cleaned = Clean(line);
        var shouted = cleaned.Any(char.IsUpper) && !cleaned.Any(char.IsLower);
        return Join(cleaned.Split(
            ' ', StringSplitOptions.RemoveEmptyEntries).Select(shown => (shown, Speakable(shouted ? shown.ToLowerInvariant() : shown))));
    }

    /// <summary>Words of shown and spoken text; what cannot be spoken is shown with its neighbour.</summary>
    public static IReadOnlyList<SpeechWord> Join(IEnumerable<(string Shown, string Spoken)> parts, string separator = " ") =>
        Join(parts.Select(part => (part.Shown, part.Spoken, EndsClause(part.Shown))), separator);

    /// <inheritdoc cref="Join(IEnumerable{ValueTuple{string, string}}, string)"/>
    public static IReadOnlyList<SpeechWord> Join(IEnumerable<(string Shown, string Spoken, bool EndsClause)> parts, string separator = " ")
    {
        var words = new List<SpeechWord>();
        var ahead = "";
        foreach (var (shown, spoken, ends) in parts)
        {
            if (spoken.Any(char.IsLetterOrDigit))
                words.Add(new SpeechWord(ahead + shown, spoken, ends));
            else if (words.Count > 0)
                words[^1] = words[^1] with { Shown = words[^1].Shown + separator + shown, EndsClause = words[^1].EndsClause || ends };
            ahead = words.Count == 0 ? ahead + shown + separator : "";
        }

        return words;
    }

    private static bool EndsClause(string shown) =>
        ClauseEnds.Contains(shown[^1], StringComparison.Ordinal)
        || (shown[^1] is '"' or '”' && shown.Length > 1 && ClauseEnds.Contains(shown[^2], StringComparison.Ordinal));

    /// <summary>The line on one line: no tags, no control, format or private characters, single spaces.</summary>
    public static string Clean(string line)
    {
        var text = new StringBuilder();
        // <<Hello>> is speech in another tongue, not a tag.
        var quoted = line.Replace("<<", "«", StringComparison.Ordinal).Replace(">>", "»", StringComparison.Ordinal);
        foreach (var rune in Tag().Replace(quoted, " ").EnumerateRunes())
        {
            var blank = Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(
                    rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            text.Append(blank ? " " : rune.ToString());
        }

        return string.Join(' ', text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Letters, digits and the signs that a synthesiser knows how to read or to pause at.</summary>
    public static string Speakable(string word)
    {
        var text = new StringBuilder();
        foreach (var sign in word)
        {
            var plain = sign switch
            {
                '’' or '‘' => '\'',
                '–' or '—' => '-',
                '…' => '.',
                >= '！' and <= '～' => (char)(sign - '！' + '!'),
                _ => sign,
            };
            // Voices say "slash".
            if (plain == '/')
                plain = ' ';
            var known = plain == ' ' || char.IsLetterOrDigit(plain) || char.GetUnicodeCategory(plain) == UnicodeCategory.NonSpacingMark
                || Signs.Contains(plain, StringComparison.Ordinal);
            if (known && text.Length < LongestWord && !Stretched(text, plain))
                text.Append(plain);
        }

        return string.Join(' ', text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The word in ASCII, for voices that know nothing else; empty where a letter has no plain form.</summary>
    public static string Ascii(string word)
    {
        // A table, because .NET takes accents off only where ICU is installed.
        var plain = string.Concat(word.Select(sign => char.IsAscii(sign) ? sign.ToString() : Accents.FirstOrDefault(
            letters => letters.Accented.Contains(sign, StringComparison.OrdinalIgnoreCase)).Plain ?? "\0"));
        return plain.Contains('\0', StringComparison.Ordinal) ? "" : plain;
    }

    /// <summary>Whether a letter would be there a fourth time in a row, as in a scream.</summary>
    private static bool Stretched(StringBuilder text, char next) =>
        !char.IsDigit(next) && text.Length >= 3 && text[^1] == next && text[^2] == next && text[^3] == next;

    [GeneratedRegex("</?[A-Za-z!?][^<>]{0,200}>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
