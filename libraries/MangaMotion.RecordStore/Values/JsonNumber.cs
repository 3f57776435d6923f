namespace MangaMotion.RecordStore.Values;

/// <summary>The parts of a number as JSON writes it. No value is computed: numbers of any size stay as they are.</summary>
public readonly ref struct JsonNumber
{
    /// <summary>Exponents beyond are kept at this: far above every limit.</summary>
    private const int LargestExponent = 1_000_000_000;

    private JsonNumber(bool negative, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int exponent)
    {
        Negative = negative;
        Whole = whole;
        Fraction = fraction;
        Exponent = exponent;
    }

    public bool Negative { get; }

    /// <summary>Digits before the point; at least one.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>Digits behind the point, if any.</summary>
    public ReadOnlySpan<byte> Fraction { get; }

    public int Exponent { get; }

    /// <summary>Digits of the number written out without exponent, before and behind the point.</summary>
    public long Digits => Math.Max(0L, (long)Whole.Length + Exponent) + Scale;

    /// <summary>Digits behind the point of the number written out without exponent.</summary>
    public long Scale => Math.Max(0L, (long)Fraction.Length - Exponent);

    /// <summary>Takes a number by JSON's grammar, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out JsonNumber number)
    {
        number = default;
        var negative = text is [(byte)'-', ..];
        var rest = negative ? text[1..] : text;
        var whole = TakeDigits(ref rest);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == '0'))
            return false;

        var fraction = ReadOnlySpan<byte>.Empty;
        if (rest is [(byte)'.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
            if (fraction.IsEmpty)
                return false;
        }

        var exponent = 0;
        if (rest is [(byte)'e' or (byte)'E', ..])
        {
            rest = rest[1..];
            var sign = rest is [(byte)'-', ..] ? -1 : 1;
            if (rest is [(byte)'+' or (byte)'-', ..])
                rest = rest[1..];
            var digits = TakeDigits(ref rest);
            if (digits.IsEmpty)
                return false;
            foreach (var digit in digits)
                exponent = Math.Min(LargestExponent, exponent >= LargestExponent / 10 ? LargestExponent : (exponent * 10) + (digit - '0'));
            exponent *= sign;
        }

        number = new(negative, whole, fraction, exponent);
        return rest.IsEmpty;
    }

    private static ReadOnlySpan<byte> TakeDigits(scoped ref ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }
}
