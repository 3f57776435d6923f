using System.Text.RegularExpressions;

namespace MangaMotion.Film.Speech;

/// <summary>Words that are read by what stands beside them: "Dr.", "St.", "US", "AM", "No.", "#1", Roman numerals.</summary>
internal static partial class EnglishContext
{
    /// <summary>Reads the word at an index; null if its neighbours do not matter.</summary>
    public static string? Reading(EnglishToken[] tokens, int index, bool shouted)
    {
        var token = tokens[index];
        var (before, after) = (index > 0 ? tokens[index - 1] : default, index + 1 < tokens.Length ? tokens[index + 1] : default);
        if (before.Shown is not null && before.EndsClause)
            before = default;
        var next = token.Pause.Length > 0 && !token.Dotted ? default : after;
        var core = token.Core;
        return core.ToUpperInvariant() switch
        {
            "DR" => HasFigure(tokens, index) && IsStreet(tokens, index, next, shouted) ? "drive" : "doctor",
            "ST" when token.Dotted || core is "St" or "ST" => IsStreet(tokens, index, next, shouted) ? "street" : "saint",
            "NO" when token.Dotted && after.Figure => "number",
            "P" when token.Dotted && after.Figure => "page",
            "PP" when token.Dotted && after.Figure => "pages",
            "NOS" when token.Dotted && after.Figure => "numbers",
            _ when State(tokens, index, shouted) is { } state => state,
            "US" when IsUpper(core) => IsCountry(before, next, shouted) ? "U S" : "us",
            "IT" when IsUpper(core) => EnglishLexicon.ItNouns.Contains(Lower(next)) ? "I T" : "it",
            "AM" or "PM" when IsTime(before) => $"{char.ToUpperInvariant(core[0])} M",
            "A.M" or "P.M" => $"{char.ToUpperInvariant(core[0])} M",
            "PM" when IsUpper(core) => "P M",
            "AM" => "am",
            _ when core[0] == '#' => Numbered(core),
            _ when RomanNumeral().IsMatch(core) => Numeral(core, before),
            _ when EnglishLexicon.Labeled.Contains(Lower(before)) && core.All(char.IsAsciiDigit) => EnglishNumbers.Label(core),
            _ when IsDay(core) && IsMonth(before, token, shouted) => EnglishNumbers.Words(core + "th"),
            _ when before.Figure && (core.Length > 1 || core is "m" or "g")
                && EnglishNumbers.Unit(core, one: before.Core == "1") is { } unit => unit,
            _ when token.Dotted && EnglishLexicon.Dotted.GetValueOrDefault(Lower(token)) is { } title
                && (after.Shown is not null || EnglishLexicon.DottedAtEnd.Contains(Lower(token))) => title,
            _ => null,
        };
    }

    /// <summary>
    /// A street is named before its mark ("Elm St.", "12 Oak Dr."): a name stands before it and no name behind it, or a house number is
    /// near.
    /// </summary>
    private static bool IsStreet(EnglishToken[] tokens, int index, EnglishToken next, bool shouted)
    {
        if (index == 0 || tokens[index - 1].EndsClause)
            return false;
        var before = tokens[index - 1];
        if (EnglishLexicon.BeforeSaint.Contains(Lower(before)) || EnglishLexicon.Functions.Contains(Lower(before)))
            return false;
        var named = next.Core is { Length: > 0 } && (shouted ? !EnglishLexicon.Functions.Contains(Lower(next)) : next.Capital);
        return HasFigure(tokens, index) || !named || (!shouted && before.Capital && index > 1
            && !tokens[index].Core.Equals("Dr", StringComparison.OrdinalIgnoreCase));
    }

    private static bool HasFigure(EnglishToken[] tokens, int index) =>
        Enumerable.Range(1, 3)
            .TakeWhile(back => index - back >= 0 && !tokens[index - back].EndsClause)
            .Any(back => tokens[index - back].Figure);

    private static bool IsCountry(EnglishToken before, EnglishToken next, bool shouted) =>
        EnglishLexicon.CountryNouns.Contains(Lower(next)) || Lower(before) switch
        {
            "the" => !shouted || !EnglishLexicon.Functions.Contains(Lower(next)),
            "in" => !shouted,
            _ => false,
        };

    /// <summary>"Los Angeles, CA": behind a name and a comma, and before a ZIP code or at the end of the clause.</summary>
    private static string? State(EnglishToken[] tokens, int index, bool shouted)
    {
        var core = tokens[index].Core;
        if (core.Length != 2 || !IsUpper(core) || index == 0 || !tokens[index - 1].Shown.EndsWith(','))
            return null;
        var name = tokens[index - 1];
        var isNamed = shouted ? !EnglishLexicon.Functions.Contains(Lower(name)) : name.Capital;
        var isZipNext = index + 1 < tokens.Length && tokens[index + 1].Core is { Length: 5 } zip && zip.All(char.IsAsciiDigit);
        var isEnd = tokens[index].Pause.Length > 0 || index + 1 == tokens.Length;
        var code = core.ToLowerInvariant();
        return isNamed && (isZipNext || (isEnd && !EnglishLexicon.StatesThatAreWords.Contains(code)))
            ? EnglishLexicon.States.GetValueOrDefault(code)
            : null;
    }

    private static bool IsDay(string core) => core.Length is 1 or 2 && core.All(char.IsAsciiDigit) && int.Parse(core) is >= 1 and <= 31;

    /// <summary>"May" and "March" are months where they are written as names, or where the date ends the clause.</summary>
    private static bool IsMonth(EnglishToken before, EnglishToken day, bool shouted) =>
        EnglishLexicon.Months.Contains(Lower(before))
        && (Lower(before) is not ("may" or "march") || (before.Capital && !shouted) || day.Pause.Length > 0);

    private static bool IsTime(EnglishToken before) =>
        before.Core is { Length: > 0 } core && (before.Figure || EnglishLexicon.Hours.Contains(core.ToLowerInvariant()));

    private static string? Numbered(string core) =>
        EnglishNumbers.Words(core[1..]) is { } number ? "number " + number : core.Length > 1 ? null : "";

    /// <summary>"Chapter IV" is four, "Henry VIII" the eighth; a lone I, V or X is a numeral only behind "chapter" and the like.</summary>
    private static string? Numeral(string core, EnglishToken before)
    {
        if (before.Core is not { Length: > 0 } || Value(core) is not { } value)
            return null;
        var word = Lower(before);
        if (EnglishLexicon.Numbered.Contains(word))
            return EnglishNumbers.Cardinal($"{value}");
        return EnglishLexicon.Rulers.Contains(word) && core.Length > 1 ? "the " + EnglishNumbers.OrdinalWords(value) : null;
    }

    private static int? Value(string numeral)
    {
        (int Value, string Sign)[] signs = [(
            100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")];
        var (value, rest) = (0, numeral);
        foreach (var (worth, sign) in signs)
        {
            while (rest.StartsWith(sign, StringComparison.Ordinal))
                (value, rest) = (value + worth, rest[sign.Length..]);
        }

        return rest.Length == 0 ? value : null;
    }

    private static bool IsUpper(string core) => core.All(char.IsAsciiLetterUpper);

    private static string Lower(EnglishToken token) => token.Core?.ToLowerInvariant() ?? "";

    [GeneratedRegex("^(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex RomanNumeral();
}
