using System.Globalization;

namespace MangaMotion.RecordStore.Values;

/// <summary>
/// Converts texts that can be restored exactly from a date or time: <c>2027-01-31</c>, and <c>2027-01-31T18:00:00Z</c> with up to six
/// digits of a second (profiles of ISO 8601). Other notations stay text.
/// </summary>
public static class IsoTime
{
    /// <summary>Maximum number of digits of a second's fraction.</summary>
    public const int MaxDigits = 6;

    private const int DateLength = 10;
    private const int MinTimeLength = 20;

    /// <summary>Parses <c>2027-01-31</c>.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length != DateLength || text[4] != '-' || text[7] != '-'
            || !TryParseDigits(text[..4], out var year) || !TryParseDigits(text[5..7], out var month)
                || !TryParseDigits(text[8..], out var day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        date = new(year, month, day);
        return true;
    }

    /// <summary>Parses <c>2027-01-31T18:00:00.123456Z</c>.</summary>
    /// <param name="digits">Digits of the second's fraction, 0 to 6.</param>
    public static bool TryParseTime(ReadOnlySpan<byte> text, out DateTime time, out int digits)
    {
        (time, digits) = (default, 0);
        if (text.Length is < MinTimeLength or > MinTimeLength + 1 + MaxDigits
            || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[^1] != 'Z'
            || !TryParseDate(text[..DateLength], out var date)
            || !TryParseDigits(text[11..13], out var hour) || !TryParseDigits(text[14..16], out var minute)
                || !TryParseDigits(text[17..19], out var second)
            || hour > 23 || minute > 59 || second > 59)
            return false;

        var fraction = 0;
        if (text.Length > MinTimeLength)
        {
            digits = text.Length - MinTimeLength - 1;
            if (digits == 0 || text[19] != '.' || !TryParseDigits(text[20..^1], out fraction))
                return false;
            for (var i = digits; i < MaxDigits; i++)
                fraction *= 10;
        }

        time = date.ToDateTime(new(hour, minute, second), DateTimeKind.Utc).AddMicroseconds(fraction);
        return true;
    }

    public static string Format(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Format(DateTime time, int digits) =>
        time.ToString(digits == 0 ? "yyyy-MM-ddTHH:mm:ssZ"
            : $"yyyy-MM-ddTHH:mm:ss.{new string('f', digits)}Z", CultureInfo.InvariantCulture);

    private static bool TryParseDigits(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
