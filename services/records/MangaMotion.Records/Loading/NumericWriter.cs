using System.Buffers.Binary;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Loading;

/// <summary>
/// A JSON number in the binary form of Postgres's <c>numeric</c> (src/backend/utils/adt/numeric.c, numeric_recv): four 16-bit
/// words (count of digits, weight of the first, sign, digits shown behind the point), then the digits in base 10,000. Every
/// digit is kept, also those zeros at the end of a fraction that do not change the value.
/// </summary>
internal static class NumericWriter
{
    private const int HeaderLength = 8;
    private const short Negative = 0x4000;
    private const int DigitsPerGroup = 4;

    /// <summary>Bytes that a number may need: no more than these for the digits that it is written with.</summary>
    public static int MaxLength(int textLength) => HeaderLength + (2 * ((textLength / DigitsPerGroup) + 2));

    /// <returns>The bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (!JsonNumber.TryParse(text, out var number))
            throw new FormatException("Not a JSON number.");
        var digits = new Digits(number.Whole, number.Fraction);
        var first = digits.FirstNonZero();
        BinaryPrimitives.WriteInt16BigEndian(destination[6..], (short)number.Scale);
        if (first == digits.Length)
        {
            destination[..6].Clear();
            return HeaderLength;
        }

        // The place of the first digit that counts: 0 is that of the ones.
        var place = number.Whole.Length + number.Exponent - 1 - first;
        var weight = (int)Math.Floor(place / (double)DigitsPerGroup);
        var next = first;
        // Where in its group the first digit stands, and so how many are before it.
        var skipped = DigitsPerGroup - 1 - (place - (weight * DigitsPerGroup));
        var last = digits.LastNonZero();
        var groups = 0;
        while (next <= last)
        {
            var group = 0;
            for (var i = 0; i < DigitsPerGroup; i++)
            {
                group *= 10;
                if (groups > 0 || i >= skipped)
                    group += next < digits.Length ? digits[next++] : 0;
            }

            BinaryPrimitives.WriteInt16BigEndian(destination[(HeaderLength + (2 * groups))..], (short)group);
            groups++;
        }

        BinaryPrimitives.WriteInt16BigEndian(destination, (short)groups);
        BinaryPrimitives.WriteInt16BigEndian(destination[2..], (short)weight);
        BinaryPrimitives.WriteInt16BigEndian(destination[4..], number.Negative ? Negative : (short)0);
        return HeaderLength + (2 * groups);
    }

    /// <summary>The digits before and behind the point as one row.</summary>
    private readonly ref struct Digits(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        private readonly ReadOnlySpan<byte> _whole = whole;
        private readonly ReadOnlySpan<byte> _fraction = fraction;

        public int Length => _whole.Length + _fraction.Length;

        public int this[int index] => (index < _whole.Length ? _whole[index] : _fraction[index - _whole.Length]) - '0';

        public int FirstNonZero()
        {
            var index = 0;
            while (index < Length && this[index] == 0)
                index++;
            return index;
        }

        public int LastNonZero()
        {
            var index = Length - 1;
            while (this[index] == 0)
                index--;
            return index;
        }
    }
}
