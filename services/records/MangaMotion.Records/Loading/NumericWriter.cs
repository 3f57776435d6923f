using System.Buffers.Binary;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Loading;

/// <summary>
/// Writes JSON numbers in the binary form of <c>numeric</c> (PostgreSQL, src/backend/utils/adt/numeric.c, numeric_recv): four 16-bit words
/// (number of base-10,000 digits, weight of the first, sign, display scale), then the digits. Every decimal digit is kept, including zeros
/// at the end of a fraction.
/// </summary>
internal static class NumericWriter
{
    private const int HeaderLength = 8;
    private const short Negative = 0x4000;
    private const int DigitsPerGroup = 4;

    /// <summary>Gets the maximum length in bytes of a number with this length as text.</summary>
    public static int GetMaxLength(int textLength) => HeaderLength + (2 * ((textLength / DigitsPerGroup) + 2));

    /// <summary>Writes one number.</summary>
    /// <returns>Number of bytes written.</returns>
    public static int WriteNumber(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (!JsonNumber.TryParse(text, out var number))
            throw new FormatException("Not a JSON number.");
        var digits = new Digits(number.Whole, number.Fraction);
        var first = digits.FindFirstNonZero();
        BinaryPrimitives.WriteInt16BigEndian(destination[6..], (short)number.Scale);
        if (first == digits.Length)
        {
            destination[..6].Clear();
            return HeaderLength;
        }

        // Power of ten of the first significant digit.
        var place = number.Whole.Length + number.Exponent - 1 - first;
        var weight = (int)Math.Floor(place / (double)DigitsPerGroup);
        var next = first;
        // Number of leading zeros in the first group of four digits.
        var leadingZeros = DigitsPerGroup - 1 - (place - (weight * DigitsPerGroup));
        var last = digits.FindLastNonZero();
        var groups = 0;
        while (next <= last)
        {
            var group = 0;
            for (var i = 0; i < DigitsPerGroup; i++)
            {
                group *= 10;
                if (groups > 0 || i >= leadingZeros)
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

    /// <summary>Digits before and after the decimal point as one sequence.</summary>
    private readonly ref struct Digits(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        private readonly ReadOnlySpan<byte> _whole = whole;
        private readonly ReadOnlySpan<byte> _fraction = fraction;

        public int Length => _whole.Length + _fraction.Length;

        public int this[int index] => (index < _whole.Length ? _whole[index] : _fraction[index - _whole.Length]) - '0';

        public int FindFirstNonZero()
        {
            var index = 0;
            while (index < Length && this[index] == 0)
                index++;
            return index;
        }

        public int FindLastNonZero()
        {
            var index = Length - 1;
            while (this[index] == 0)
                index--;
            return index;
        }
    }
}
