using System.Text.RegularExpressions;

namespace MangaMotion.Film.Speech;

/// <summary>
/// English as comics write it, in words that each voice says the same way: lower case, figures as words, abbreviations written out, and
/// letters to be spelled as single capitals ("T V"). Without it festival reads "DR. SMITH" as "drive smith", flite says nothing for "AM",
/// and espeak-ng spells capitals in a line of mixed case.
/// </summary>
internal static partial class EnglishReading
{
    private const int LongestWord = 40;

    /// <summary>The words of a cleaned line. One shown word may be several spoken ones.</summary>
    public static IReadOnlyList<SpeechWord> Words(string line)
    {
        string[] shown = [.. Symbols().Replace(line, " ").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var tokens = Array.ConvertAll(shown, EnglishToken.Of);
        var shouted = line.Any(char.IsUpper) && !line.Any(char.IsLower);
        return SpeechText.Join(tokens.Select((token, index) => (shown[index], Spoken(tokens, index, shouted), token.EndsClause)));
    }

    private static string Spoken(EnglishToken[] tokens, int index, bool shouted)
    {
        var token = tokens[index];
        if (EnglishLexicon.Fixed.GetValueOrDefault(token.Shown.ToLowerInvariant()) is { } known)
            return known;
        if (token.Core.Length == 0 || Face().IsMatch(token.Shown))
            return token.Core.Length == 0 ? EnglishLexicon.Signs.GetValueOrDefault(token.Shown, "") : "";
        var reading = EnglishContext.Reading(tokens, index, shouted) ?? Compound(token.Core, shouted, token.Dotted);
        var words = string.Join(' ', reading.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return words.Length == 0 ? "" : token.EndsClause || index == tokens.Length - 1 ? words + token.Pause : words;
    }

    /// <summary>A word without its neighbours: figures, then parts at slashes and hyphens, then letters.</summary>
    private static string Compound(string core, bool shouted, bool dotted)
    {
        if (EnglishLexicon.Fixed.GetValueOrDefault(core.ToLowerInvariant()) is { } known)
            return known;
        if (core.Any(char.IsAsciiDigit) && EnglishNumbers.Words(core) is { } number)
            return number;
        if (EnglishToken.IsInitials(core) && (core.Length > 1 || dotted))
            return Spelled(core.Replace(".", "", StringComparison.Ordinal));
        if (Stammer().Match(core) is { Success: true } stammer)
            return Compound(stammer.Groups["word"].Value, shouted, dotted: false);
        if (core.IndexOfAny(['/', '-', '_', '&', '+', '=', '@', '\\', '|']) >= 0)
        {
            var parts = Joints().Split(core).Where(part => part.Length > 0);
            return string.Join(' ', parts.Select(part => EnglishLexicon.Signs.GetValueOrDefault(part) ?? Part(part, shouted)));
        }

        return Part(core, shouted);
    }

    private static string Part(string part, bool shouted)
    {
        if (EnglishLexicon.Fixed.GetValueOrDefault(part.ToLowerInvariant()) is { } known)
            return known;
        if (part.Any(char.IsAsciiDigit))
        {
            return EnglishNumbers.Words(part)
                ?? string.Join(' ', LettersAndFigures().Matches(part).Select(run => Part(run.Value, shouted: false)));
        }

        // A pause without spaces around it, as in "WAIT...WHAT?"; a single dot is one of an address.
        if (part.Contains("..", StringComparison.Ordinal))
            return string.Join(", ", part.Split("..", StringSplitOptions.RemoveEmptyEntries).Select(name => Part(name.Trim('.'), shouted)));
        if (part.Contains('.', StringComparison.Ordinal))
            return string.Join(" dot ", part.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(name => Part(name, shouted)));
        return Initials(part, shouted) ?? Word(part);
    }

    /// <summary>
    /// Letters to spell: those of the list, or capitals without a vowel in a line of mixed case. "FBI's" and "TVs" keep their ending.
    /// </summary>
    private static string? Initials(string part, bool shouted)
    {
        var (letters, ending) = InitialsWithEnding().Match(part) is { Success: true } match
            ? (match.Groups["letters"].Value, match.Groups["ending"].Value.ToLowerInvariant())
            : (part, "");
        if (!letters.All(char.IsAsciiLetterUpper))
            return null;
        var listed = EnglishLexicon.Initialisms.Contains(letters)
            || (shouted && letters.Length > 2 && letters[^1] == 'S' && EnglishLexicon.Initialisms.Contains(letters[..^1]));
        var unpronounceable = !shouted && letters.Length is >= 2 and <= 5 && !letters.Any(EnglishLexicon.IsVowel)
            && !EnglishLexicon.Sounds.ContainsKey(letters.ToLowerInvariant())
                && !letters.Zip(letters.Skip(1)).Any(pair => pair.First == pair.Second);
        if (!listed && !unpronounceable)
            return null;
        if (listed && !EnglishLexicon.Initialisms.Contains(letters))
            (letters, ending) = (letters[..^1], "s");
        var spelled = Spelled(letters);
        return ending == "s" ? spelled[..^1] + EnglishLexicon.LetterPlurals[spelled[^1] - 'A'] : spelled + ending;
    }

    private static string Spelled(string letters) => string.Join(' ', letters.ToUpperInvariant().ToCharArray());

    /// <summary>A word in lower case, without the letters that a scream repeats.</summary>
    private static string Word(string part)
    {
        var word = Foreign().Replace(part.ToLowerInvariant(), "");
        if (Laugh().Match(word) is { Success: true } laugh)
            return string.Join(' ', laugh.Groups["syllable"].Captures.Take(6).Select(syllable => syllable.Value));
        word = EnglishLexicon.Unstretched(word);
        if (word.Length > LongestWord)
            word = word[..LongestWord];
        if (word is [>= 'a' and <= 'z' and not ('a' or 'i' or 'o')])
            return word.ToUpperInvariant();
        if (EnglishLexicon.Sounds.GetValueOrDefault(word) is { } sound)
            return sound;
        // Voices spell a word without a vowel, such as the sound BZZRT.
        return word.Length > 1 && !word.Any(EnglishLexicon.IsVowel) && word.Any(char.IsAsciiLetter)
            && !word.Contains('\'', StringComparison.Ordinal)
            ? Pronounceable().Replace(word, "${onset}u", 1)
            : word;
    }

    [GeneratedRegex(@"<3|[♥♡❤★☆♪♫♬~〜～*†‡•·|^`]+", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Symbols();

    [GeneratedRegex(@"^(?:[:;=8xX]-?[)(DPpOo3\]\[/\\]+|[oO0T>-]_+[oO0T<-]|XD+)$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Face();

    /// <summary>"W-WHAT", "B-b-but", "I-IT'S": the word alone is spoken. "re-read" and "co-coach" are words.</summary>
    [GeneratedRegex(
        @"^(?!re-re|co-co)(?<first>[A-Za-z]{1,2})(?:-\k<first>)*-(?<word>\k<first>[A-Za-z']+)$", RegexOptions.IgnoreCase,
        SpeechText.MatchMilliseconds)]
    private static partial Regex Stammer();

    [GeneratedRegex(@"(?<sign>[&+=@])|[-/_\\|]+", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Joints();

    [GeneratedRegex(@"^(?<letters>[A-Z]{2,6})(?<ending>'?s|'S)$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex InitialsWithEnding();

    [GeneratedRegex(@"\d+|[^\d]+", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex LettersAndFigures();

    [GeneratedRegex(@"[^\p{L}\p{M}']", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Foreign();

    [GeneratedRegex(@"^(?<syllable>[bm]w?a)?(?<syllable>h[aeio]){2,}h?$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Laugh();

    [GeneratedRegex(@"^(?<onset>(?:ch|ph|sh|th|wh|[^aeiouy])(?:[lr](?=[^aeiouy]))?)", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Pronounceable();
}

/// <summary>A word as it is written, in its parts.</summary>
/// <param name="Core">Without quotation marks, brackets and marks around it; inner ones stay.</param>
/// <param name="Pause">The mark that a voice pauses at or rises by, or nothing.</param>
/// <param name="Dotted">A full stop follows at once, as in "Dr.".</param>
internal readonly partial record struct EnglishToken(string Shown, string Core, string Pause, bool Dotted)
{
    public bool Capital => Core is { Length: > 0 } && char.IsUpper(Core[0]);

    public bool Figure => Core?.TrimStart('#') is [>= '0' and <= '9', ..];

    /// <summary>A pause other than the full stop of an abbreviation or of initials.</summary>
    public bool EndsClause =>
        Pause.Length > 0 && !(Dotted && Pause == "." && Core != "I"
            && (EnglishLexicon.TakesFullStop.Contains(Core.ToLowerInvariant()) || IsInitials(Core)));

    /// <summary>One letter, or letters with full stops between them.</summary>
    public static bool IsInitials(string core) => core.Where((_, index) => index % 2 == 0).All(char.IsAsciiLetter)
        && core.Where((_, index) => index % 2 == 1).All(sign => sign == '.');

    public static EnglishToken Of(string shown)
    {
        var plain = shown.Replace('’', '\'').Replace('‘', '\'').Replace('–', '-').Replace('—', '-')
            .Replace("…", "...", StringComparison.Ordinal);
        var core = Trimmed().Match(plain) is { Success: true } match ? match.Groups["core"].Value : "";
        // An apostrophe that opens a quotation is none of the word's.
        if (core.StartsWith('\'') && !char.IsAsciiDigit(core[1]) && !EnglishLexicon.Fixed.ContainsKey(core.ToLowerInvariant()))
            core = core[1..];
        var tail = core.Length == 0 ? plain : plain[(plain.LastIndexOf(core, StringComparison.Ordinal) + core.Length)..];
        var dotted = tail.StartsWith('.') && !tail.StartsWith("..", StringComparison.Ordinal);
        var pause = tail.Contains('?', StringComparison.Ordinal) ? "?"
            : tail.Contains('!', StringComparison.Ordinal) ? "!"
            : tail.Contains("..", StringComparison.Ordinal) || tail.Contains("--", StringComparison.Ordinal) ? ","
            : tail.Contains('.', StringComparison.Ordinal) ? "."
            : tail.IndexOfAny([',', ';', ':']) >= 0 ? "," : "";
        return new EnglishToken(shown, core, pause, dotted);
    }

    [GeneratedRegex(
        @"^.*?(?<core>(?:[#$€£¥+\-−](?=[\d.])|\.(?=\d)|['@])?[\p{L}\p{N}](?:.*[\p{L}\p{N}\p{M}%°])?)", RegexOptions.None,
        SpeechText.MatchMilliseconds)]
    private static partial Regex Trimmed();
}
