using System.Numerics;
using System.Text;

namespace MangaMotion.Media.Chapters;

/// <summary>Reads numbers in kanji, as in 第十二話, 百三, 一〇 and 第弐巻.</summary>
internal static class KanjiNumber
{
    private const string Digits = "〇一二三四五六七八九", FormalDigits = "零壱弐参";

    /// <summary>Whether the character is a part of a number.</summary>
    public static bool IsPart(char letter) => Digit(letter) >= 0 || Unit(letter) > 1;

    /// <summary>Converts a run of such characters to decimal digits without leading zeros; empty for zero.</summary>
    public static string Value(ReadOnlySpan<char> run)
    {
        var positional = new StringBuilder();
        var (sum, section, digit, hasUnit) = (BigInteger.Zero, BigInteger.Zero, BigInteger.Zero, false);
        foreach (var letter in run)
        {
            if (Unit(letter) is var unit and > 1)
            {
                hasUnit = true;
                if (unit < 10_000)
                    section += unit * BigInteger.Max(digit, BigInteger.One);
                else
                    (sum, section) = (sum + (unit * BigInteger.Max(section + digit, BigInteger.One)), BigInteger.Zero);
                digit = BigInteger.Zero;
            }
            else
            {
                digit = Digit(letter);
                positional.Append(digit);
            }
        }

        return (hasUnit ? (sum + section + digit).ToString() : positional.ToString()).TrimStart('0');
    }

    private static int Digit(char letter) =>
        Digits.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var digit
            ? digit
            : FormalDigits.IndexOf(letter, StringComparison.Ordinal);

    private static int Unit(char letter) => letter switch
    {
        '十' or '拾' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        _ => 1,
    };
}
