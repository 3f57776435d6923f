namespace MangaMotion.RecordStore.Values;

/// <summary>Parts of a JSON number (RFC 8259). No value is computed, so numbers of any size are supported.</summary>
public readonly ref struct JsonNumber
{
    /// <summary>Larger exponents are reduced to this one, which is far above every limit on digits.</summary>
    private const int MaxExponent = 1_000_000_000;

    private JsonNumber(bool negative, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int exponent)
    {
        Negative = negative;
        Whole = whole;
        Fraction = fraction;
        Exponent = exponent;
    }

    public bool Negative { get; }

    /// <summary>Digits before the decimal point, at least one.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    /// <summary>Digits after the decimal point, or empty.</summary>
    public ReadOnlySpan<byte> Fraction { get; }

    public int Exponent { get; }

    /// <summary>Number of digits without exponent, before and after the decimal point.</summary>
    public long Digits => Math.Max(0L, (long)Whole.Length + Exponent) + Scale;

    /// <summary>Number of digits after the decimal point without exponent.</summary>
    public long Scale => Math.Max(0L, (long)Fraction.Length - Exponent);

    /// <summary>Parses a text that is one JSON number and nothing else.</summary>
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
                exponent = exponent >= MaxExponent / 10 ? MaxExponent : (exponent * 10) + (digit - '0');
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
