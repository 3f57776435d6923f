using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Analysis;

/// <summary>The six types of JSON, as they are called in results.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "JSON's own words.")]
public enum JsonType
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>What is known of one field after all records: how often it is there, with values of which types.</summary>
public sealed class FieldProfile(string name)
{
    private readonly long[] _counts = new long[6];
    private readonly long[] _first = new long[6];
    private bool _integers = true;
    private bool _dates = true;

    // Digits of a second that all values have; -1 before the first, -2 when they are no times or differ.
    private int _timeDigits = -1;

    public string Name { get; } = name;

    /// <summary>Records that have the field, null or not.</summary>
    public long Present => _counts.Sum();

    public long Nulls => _counts[(int)JsonType.Null];

    /// <summary>The types of its values but null, the most frequent first.</summary>
    public IReadOnlyList<JsonType> Types =>
        [.. Enum.GetValues<JsonType>().Where(type => type != JsonType.Null && _counts[(int)type] > 0).OrderByDescending(type => _counts[(int)type])];

    /// <summary>The column that would hold every value, for a field of no more than one type; text for one that is always null.</summary>
    public ColumnType ColumnType => Types.Count != 1 ? ColumnType.Text : Types[0] switch
    {
        JsonType.Boolean => ColumnType.Boolean,
        JsonType.Number => _integers ? ColumnType.Bigint : ColumnType.Numeric,
        JsonType.String when _dates => ColumnType.Date,
        JsonType.String when _timeDigits >= 0 => ColumnType.Timestamp(_timeDigits),
        _ => ColumnType.Text,
    };

    public long Count(JsonType type) => _counts[(int)type];

    /// <summary>The number of the first record that has a value of the type.</summary>
    public long First(JsonType type) => _first[(int)type];

    public void Add(in FieldValue value, ReadOnlySpan<byte> record, long number)
    {
        var type = TypeOf(value.Type);
        if (_counts[(int)type]++ == 0)
            _first[(int)type] = number;
        if (type == JsonType.Number)
            _integers = _integers && IsBigint(record.Slice(value.Start, value.Length));
        else if (type == JsonType.String && (_dates || _timeDigits != -2))
            LookForTime(value, record.Slice(value.Start, value.Length));
    }

    public static JsonType TypeOf(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => JsonType.Null,
        JsonTokenType.True or JsonTokenType.False => JsonType.Boolean,
        JsonTokenType.Number => JsonType.Number,
        JsonTokenType.String => JsonType.String,
        JsonTokenType.StartArray => JsonType.Array,
        _ => JsonType.Object,
    };

    private void LookForTime(in FieldValue value, ReadOnlySpan<byte> text)
    {
        // An escaped text is not written as a time is.
        _dates = _dates && !value.Escaped && IsoTime.TryParseDate(text, out _);
        if (_dates)
            return;
        var isTime = !value.Escaped && IsoTime.TryParseTime(text, out _, out var digits) && (_timeDigits == -1 || _timeDigits == digits)
            ? digits
            : -2;
        // Dates that came before are no times.
        _timeDigits = _timeDigits == -1 && _counts[(int)JsonType.String] > 1 ? -2 : isTime;
    }

    private static bool IsBigint(ReadOnlySpan<byte> number)
    {
        const int SurelyFits = 18;
        var digits = number is [(byte)'-', ..] ? number[1..] : number;
        return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (digits.Length <= SurelyFits || long.TryParse(number, out _));
    }
}
