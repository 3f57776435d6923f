using System.Globalization;
using System.Text.RegularExpressions;
using Humanizer;

namespace MangaMotion.Film.Speech;

/// <summary>English figures as words: whole and decimal numbers, ordinals, years, times, money, fractions, units.</summary>
internal static partial class EnglishNumbers
{
    /// <summary>Services run without ICU, where English is the language of the invariant culture.</summary>
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    private static readonly Dictionary<string, (string One, string Many)> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        ["%"] = ("percent", "percent"),
        ["°"] = ("degree", "degrees"),
        ["°c"] = ("degree celsius", "degrees celsius"),
        ["°f"] = ("degree fahrenheit", "degrees fahrenheit"),
        ["cm"] = ("centimeter", "centimeters"),
        ["ft"] = ("foot", "feet"),
        ["g"] = ("gram", "grams"),
        ["gb"] = ("gigabyte", "gigabytes"),
        ["hrs"] = ("hour", "hours"),
        ["kg"] = ("kilogram", "kilograms"),
        ["km"] = ("kilometer", "kilometers"),
        ["km/h"] = ("kilometer per hour", "kilometers per hour"),
        ["lb"] = ("pound", "pounds"),
        ["lbs"] = ("pound", "pounds"),
        ["m"] = ("meter", "meters"),
        ["mb"] = ("megabyte", "megabytes"),
        ["mi"] = ("mile", "miles"),
        ["min"] = ("minute", "minutes"),
        ["mins"] = ("minute", "minutes"),
        ["ml"] = ("milliliter", "milliliters"),
        ["mm"] = ("millimeter", "millimeters"),
        ["mph"] = ("mile per hour", "miles per hour"),
        ["oz"] = ("ounce", "ounces"),
        ["s"] = ("second", "seconds"),
        ["sec"] = ("second", "seconds"),
        ["secs"] = ("second", "seconds"),
        ["x"] = ("time", "times"),
    };

    private static readonly Dictionary<string, (string Whole, string Part)> Currencies = new(StringComparer.Ordinal)
    {
        ["$"] = ("dollar", "cent"),
        ["€"] = ("euro", "cent"),
        ["£"] = ("pound", "pence"),
        ["¥"] = ("yen", "sen"),
    };

    /// <summary>Reads a token that begins with a figure, a sign or a currency; null if its form is unknown.</summary>
    public static string? Words(string token)
    {
        if (Time().Match(token) is { Success: true } time)
            return TimeWords(Int(time, "h"), time.Groups["m"].Value, time.Groups["half"].Value);
        if (Fraction().Match(token) is { Success: true } fraction)
            return FractionWords(fraction.Groups["n"].Value, fraction.Groups["d"].Value);
        if (Money().Match(token) is { Success: true } money)
            return MoneyWords(money.Groups["sign"].Value, money.Groups["n"].Value, money.Groups["scale"].Value);
        if (Ordinal().Match(token) is { Success: true } ordinal)
            return Plain(OrdinalWords(Long(ordinal.Groups["n"].Value)));
        if (Decade().Match(token) is { Success: true } decade)
            return Plural(YearOrNumber(decade.Groups["n"].Value));
        if (Height().Match(token) is { Success: true } height)
            return $"{Cardinal(height.Groups["ft"].Value)} foot {Cardinal(height.Groups["in"].Value)}";
        if (House().Match(token) is { Success: true } house && !Units.ContainsKey(house.Groups["letter"].Value))
            return $"{Label(house.Groups["n"].Value)} {house.Groups["letter"].Value.ToUpperInvariant()}";
        if (Telephone().IsMatch(token))
            return Digits(token);
        if (Range().Match(token) is { Success: true } range)
            return $"{YearOrNumber(range.Groups["a"].Value)} to {YearOrNumber(range.Groups["b"].Value)}";
        return Measure().Match(token) is { Success: true } measure ? MeasureWords(measure) : null;
    }

    /// <summary>Names a unit that stands after its figure; null if it is not a unit.</summary>
    public static string? Unit(string unit, bool one) => Units.TryGetValue(unit, out var names) ? one ? names.One : names.Many : null;

    /// <summary>A cardinal number of at most 18 digits; longer ones are read digit by digit.</summary>
    public static string Cardinal(string digits) =>
        digits.Length > 18 || (digits.Length > 1 && digits[0] == '0')
            ? Digits(digits)
            : Plain(Long(digits).ToWords(culture: English, addAnd: false));

    /// <summary>The number of a room, a flight or a road: "one oh one" of 101, "sixty six" of 66.</summary>
    public static string Label(string digits) =>
        digits.Length is 3 or 4 && digits[0] != '0' && !digits.EndsWith("000", StringComparison.Ordinal)
            ? InPairs(digits)
            : Cardinal(digits);

    /// <summary>"second" of 2.</summary>
    public static string OrdinalWords(long number) =>
        number <= int.MaxValue ? ((int)number).ToOrdinalWords(English) : Plain(number.ToWords(culture: English, addAnd: false)) + "th";

    private static string MeasureWords(Match measure)
    {
        var (number, unit) = (measure.Groups["n"].Value, measure.Groups["unit"].Value);
        var sign = measure.Groups["minus"].Success ? "minus " : measure.Groups["plus"].Success ? "plus " : "";
        if (unit.Length == 0)
            return sign + YearOrNumber(number);
        if (!Units.TryGetValue(unit, out var names))
            return $"{sign}{Decimal(number)} {string.Join(' ', unit.ToUpperInvariant().ToCharArray())}";
        return $"{sign}{Decimal(number)} {(number == "1" ? names.One : names.Many)}";
    }

    /// <summary>1999 is a year; 1,999 and 12.5 are numbers.</summary>
    private static string YearOrNumber(string number)
    {
        if (number.Length != 4 || !number.All(char.IsAsciiDigit) || number[0] is not ('1' or '2') || number[1..] == "000"
            || (number[0] == '2' && number[1] == '0' && number[2] == '0'))
            return Decimal(number);
        return InPairs(number);
    }

    /// <summary>Three or four digits as a number and two digits: "two twenty one", "nineteen oh five", "twelve hundred".</summary>
    private static string InPairs(string digits)
    {
        var (head, rest) = (Cardinal(digits[..^2]), digits[^2..]);
        return rest == "00" ? $"{head} hundred" : rest[0] == '0' ? $"{head} oh {Cardinal(rest[1..])}" : $"{head} {Cardinal(rest)}";
    }

    private static string Decimal(string number)
    {
        var parts = number.Replace(",", "", StringComparison.Ordinal).Split('.');
        var whole = parts[0].Length == 0 ? "zero" : Cardinal(parts[0]);
        return parts.Length == 1 ? whole : $"{whole} point {string.Join(" point ", parts[1..].Select(Digits))}";
    }

    private static string Digits(string text) =>
        string.Join(' ', text.Where(char.IsAsciiDigit).Select(digit => Cardinal(digit.ToString())));

    private static string TimeWords(int hour, string minute, string half)
    {
        var minutes = (minute, hour) switch
        {
            ("00", > 12 or 0) => "hundred",
            ("00", _) => half.Length == 0 ? "o'clock" : "",
            (['0', var digit], _) => $"oh {Cardinal(digit.ToString())}",
            _ => Cardinal(minute),
        };
        return string.Join(' ', new[] { Cardinal($"{hour}"), minutes, HalfOfDay(half) }.Where(part => part.Length > 0));
    }

    /// <summary>"a.m." as two letters.</summary>
    public static string HalfOfDay(string half) => half.Length == 0 ? "" : char.ToUpperInvariant(half[0]) + " M";

    private static string FractionWords(string numerator, string denominator)
    {
        switch (numerator, denominator)
        {
            case ("24", "7"): return "twenty four seven";
            case ("9", "11"): return "nine eleven";
            case (_, "2"): return numerator == "1" ? "one half" : $"{Cardinal(numerator)} halves";
            case (_, "4"): return numerator == "1" ? "one quarter" : $"{Cardinal(numerator)} quarters";
        }

        return denominator.Length > 3 || denominator is "0" or "1" || denominator[0] == '0'
            ? $"{Cardinal(numerator)} over {Cardinal(denominator)}"
            : $"{Cardinal(numerator)} {Plain(OrdinalWords(Long(denominator)))}{(numerator == "1" ? "" : "s")}";
    }

    private static string MoneyWords(string sign, string number, string scale)
    {
        var (whole, part) = Currencies[sign];
        var parts = number.Replace(",", "", StringComparison.Ordinal).Split('.');
        var large = scale.ToUpperInvariant() switch { "K" => " thousand", "M" => " million", "B" or "BN" => " billion", _ => "" };
        if (large.Length > 0 || parts is [_, not { Length: 2 }])
            return $"{Decimal(number)}{large} {Plural(whole)}";
        var units = $"{Cardinal(parts[0])} {(parts[0] == "1" ? whole : Plural(whole))}";
        if (parts.Length == 1 || parts[1] == "00")
            return units;
        var cents = $"{Cardinal(parts[1].TrimStart('0'))} {(parts[1] == "01" || part is "pence" or "sen" ? part : Plural(part))}";
        return parts[0] == "0" ? cents : $"{units} and {cents}";
    }

    private static string Plural(string word) => word == "yen" ? word : word.EndsWith('y') ? word[..^1] + "ies" : word + "s";

    private static string Plain(string words) => words.Replace('-', ' ').Replace(",", "", StringComparison.Ordinal);

    private static int Int(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static long Long(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    private const string Number = @"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+(?:\.\d+)*";

    [GeneratedRegex(@"^(?<h>[01]?\d|2[0-4]):(?<m>[0-5]\d)(?<half>[ap]\.?m\.?)?$", RegexOptions.IgnoreCase, SpeechText.MatchMilliseconds)]
    private static partial Regex Time();

    [GeneratedRegex(@"^(?<n>\d{1,4})/(?<d>\d{1,4})$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Fraction();

    [GeneratedRegex($@"^(?<sign>[$€£¥])(?<n>{Number})(?<scale>k|m|bn?)?$", RegexOptions.IgnoreCase, SpeechText.MatchMilliseconds)]
    private static partial Regex Money();

    [GeneratedRegex(@"^(?<n>\d{1,9})(?:st|nd|rd|th)$", RegexOptions.IgnoreCase, SpeechText.MatchMilliseconds)]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"^'?(?<n>\d{2}|[12]\d{3})'?s$", RegexOptions.IgnoreCase, SpeechText.MatchMilliseconds)]
    private static partial Regex Decade();

    [GeneratedRegex(@"^(?<a>\d{1,4})[-–—](?<b>\d{1,4})$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Range();

    [GeneratedRegex(@"^(?<ft>\d)'(?<in>\d{1,2})$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Height();

    [GeneratedRegex(@"^(?<n>\d{3,4})(?<letter>[A-Z])$", RegexOptions.IgnoreCase, SpeechText.MatchMilliseconds)]
    private static partial Regex House();

    [GeneratedRegex(@"^\+?(?:\d{3}-\d{4}|\d{1,4}(?:-\d{2,4}){2,4})$", RegexOptions.None, SpeechText.MatchMilliseconds)]
    private static partial Regex Telephone();

    [GeneratedRegex(
        $@"^#?(?:(?<minus>[-−])|(?<plus>\+))?(?<n>{Number})(?<unit>%|°[CF]?|km/h|[a-z]{{1,4}})?$", RegexOptions.IgnoreCase,
        SpeechText.MatchMilliseconds)]
    private static partial Regex Measure();
}
