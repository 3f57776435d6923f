using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Analysis;

/// <summary>Types of JSON values, named as in results.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "Names of JSON types.")]
public enum JsonType
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>Statistics of one field over all records: how often it is present, and the types of its values.</summary>
public sealed class FieldProfile(string name)
{
    private const int NoTextYet = -1;
    private const int NotTimes = -2;

    private readonly long[] _counts = new long[6];
    private readonly long[] _firstRecords = new long[6];
    private bool _integers = true;
    private bool _dates = true;

    /// <summary>Digits of a second's fraction that all texts have, <see cref="NoTextYet"/> or <see cref="NotTimes"/>.</summary>
    private int _timeDigits = NoTextYet;

    public string Name { get; } = name;

    /// <summary>Number of records with the field, null or not.</summary>
    public long Present => _counts.Sum();

    /// <summary>Number of records with the value null.</summary>
    public long Nulls => _counts[(int)JsonType.Null];

    /// <summary>Types of the values except null, most frequent first.</summary>
    public IReadOnlyList<JsonType> Types =>
    [
        .. Enum.GetValues<JsonType>().Where(type => type != JsonType.Null && _counts[(int)type] > 0)
            .OrderByDescending(type => _counts[(int)type]),
    ];

    /// <summary>Column type that stores every value of a field with one type. Text for a field that is always null.</summary>
    public ColumnType ColumnType => Types switch
    {
        [JsonType.Boolean] => ColumnType.Boolean,
        [JsonType.Number] when _integers => ColumnType.Bigint,
        [JsonType.Number] => ColumnType.Numeric,
        [JsonType.String] when _dates => ColumnType.Date,
        [JsonType.String] when _timeDigits >= 0 => ColumnType.CreateTimestamp(_timeDigits),
        _ => ColumnType.Text,
    };

    /// <summary>Gets the number of values of a type.</summary>
    public long GetCount(JsonType type) => _counts[(int)type];

    /// <summary>Gets the number of the first record with a value of a type.</summary>
    public long GetFirstRecord(JsonType type) => _firstRecords[(int)type];

    /// <summary>Counts a value.</summary>
    /// <param name="number">Number of the record, from 1.</param>
    public void AddValue(in FieldValue value, ReadOnlySpan<byte> record, long number)
    {
        var type = GetJsonType(value.Type);
        if (_counts[(int)type]++ == 0)
            _firstRecords[(int)type] = number;
        if (type == JsonType.Number)
            _integers = _integers && IsBigint(record.Slice(value.Start, value.Length));
        else if (type == JsonType.String && (_dates || _timeDigits != NotTimes))
            CheckTime(value, record.Slice(value.Start, value.Length));
    }

    public static JsonType GetJsonType(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => JsonType.Null,
        JsonTokenType.True or JsonTokenType.False => JsonType.Boolean,
        JsonTokenType.Number => JsonType.Number,
        JsonTokenType.String => JsonType.String,
        JsonTokenType.StartArray => JsonType.Array,
        _ => JsonType.Object,
    };

    private void CheckTime(in FieldValue value, ReadOnlySpan<byte> text)
    {
        // Times have no characters that need escapes.
        _dates = _dates && !value.Escaped && IsoTime.TryParseDate(text, out _);
        if (_dates)
            return;
        // Earlier dates in the same field are not times.
        var earlierDates = _timeDigits == NoTextYet && _counts[(int)JsonType.String] > 1;
        var isTime = IsoTime.TryParseTime(text, out _, out var digits) && !value.Escaped && !earlierDates
            && (_timeDigits == NoTextYet || _timeDigits == digits);
        _timeDigits = isTime ? digits : NotTimes;
    }

    private static bool IsBigint(ReadOnlySpan<byte> number)
    {
        const int AlwaysFits = 18;
        var digits = number is [(byte)'-', ..] ? number[1..] : number;
        return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (digits.Length <= AlwaysFits || long.TryParse(number, out _));
    }
}
