using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using MangaMotion.Jobs;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Payloads;

/// <summary>One field of a record: where its value stands in the record's bytes.</summary>
/// <param name="Field">The number of its name; -1 for a name that is not kept.</param>
/// <param name="Type">Of a container, the token that opens it.</param>
/// <param name="Start">Of a string, behind the quotation mark.</param>
/// <param name="Escaped">Whether a string has escapes.</param>
public readonly record struct FieldValue(int Field, JsonTokenType Type, int Start, int Length, bool Escaped);

/// <summary>
/// Takes one record apart, once over its bytes, and refuses what could not be stored faithfully: an object with a name that
/// stands in it twice, a null character, half a surrogate pair, bytes that are no UTF-8, numbers and nesting over the limits.
/// </summary>
/// <remarks>Holds one record; it is made for one payload.</remarks>
public sealed class RecordParser(RecordsOptions options)
{
    private readonly NameSets _names = new();
    private readonly List<FieldValue> _fields = [];
    private int[] _seen = [];
    private int _stamp;
    private byte[] _unescaped = [];

    public FieldNames Names { get; } = new(options.MaxColumns + 1);

    /// <summary>The token that the record begins with.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>The fields of a record that is an object, in its own order.</summary>
    public ReadOnlySpan<FieldValue> Fields => CollectionsMarshal.AsSpan(_fields);

    /// <summary>Takes the record at the beginning of the bytes.</summary>
    /// <param name="place">Of the record, for the message of what is wrong with it.</param>
    /// <returns>The length of the record; 0 where its end is not among the bytes.</returns>
    /// <exception cref="PermanentJobException">The record is no JSON or cannot be stored; it is named.</exception>
    public int Parse(ReadOnlySpan<byte> bytes, RecordPlace place)
    {
        _fields.Clear();
        _names.Clear();
        _stamp++;
        // Never final: behind a record stands a comma, a bracket, or it is an object. Depth is limited by us, with a message of its own.
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new(new JsonReaderOptions { MaxDepth = options.MaxDepth + 2 }));
        try
        {
            if (!reader.Read())
                return 0;
            Type = reader.TokenType;
            var complete = Type switch
            {
                JsonTokenType.StartObject => ReadObject(ref reader, place),
                JsonTokenType.StartArray => ReadContainer(ref reader, place),
                _ => CheckScalar(ref reader, place),
            };
            if (!complete)
                return 0;
        }
        catch (JsonException exception)
        {
            throw place.NotJson(reader.BytesConsumed, exception);
        }

        var length = (int)reader.BytesConsumed;
        return Utf8.IsValid(bytes[..length])
            ? length
            : throw place.Refused("invalid_utf8", "has bytes that are no UTF-8; send the payload as UTF-8");
    }

    private bool ReadObject(ref Utf8JsonReader reader, RecordPlace place)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                return true;
            var field = FindField(ref reader, place);
            if (!reader.Read())
                return false;
            var start = (int)reader.TokenStartIndex;
            var (type, escaped) = (reader.TokenType, reader.ValueIsEscaped);
            switch (type)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (!ReadContainer(ref reader, place))
                        return false;
                    _fields.Add(new(field, type, start, (int)reader.BytesConsumed - start, Escaped: false));
                    break;
                case JsonTokenType.String:
                    CheckScalar(ref reader, place);
                    _fields.Add(new(field, type, start + 1, reader.ValueSpan.Length, escaped));
                    break;
                default:
                    CheckScalar(ref reader, place);
                    _fields.Add(new(field, type, start, reader.ValueSpan.Length, Escaped: false));
                    break;
            }
        }

        return false;
    }

    /// <summary>Reads to the end of an object or array whose first token has been read.</summary>
    private bool ReadContainer(ref Utf8JsonReader reader, RecordPlace place)
    {
        var end = reader.CurrentDepth;
        Open(ref reader, place);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Open(ref reader, place);
                    break;
                case JsonTokenType.EndObject:
                    _names.Close();
                    break;
                case JsonTokenType.PropertyName:
                    if (!_names.Add(NameOf(ref reader, place)))
                        throw Twice(ref reader, place);
                    continue;
                case JsonTokenType.EndArray:
                    break;
                default:
                    CheckScalar(ref reader, place);
                    break;
            }

            if (reader.CurrentDepth == end)
                return true;
        }

        return false;
    }

    private void Open(ref Utf8JsonReader reader, RecordPlace place)
    {
        // The depth of a token that opens is that of what it stands in.
        if (reader.CurrentDepth >= options.MaxDepth)
            throw place.OverLimit("depth", $"has objects or arrays more than {options.MaxDepth} deep (Records__MaxDepth)");
        if (reader.TokenType == JsonTokenType.StartObject)
            _names.Open();
    }

    private int FindField(ref Utf8JsonReader reader, RecordPlace place)
    {
        var name = NameOf(ref reader, place);
        var field = Names.Find(name, _fields.Count);
        if (field < 0)
        {
            if (_names.IsEmpty)
                _names.Open();
            return _names.Add(name) ? field : throw Twice(ref reader, place);
        }

        if (field >= _seen.Length)
            Array.Resize(ref _seen, Math.Max(64, 2 * field));
        if (_seen[field] == _stamp)
            throw Twice(ref reader, place);
        _seen[field] = _stamp;
        return field;
    }

    private ReadOnlySpan<byte> NameOf(ref Utf8JsonReader reader, RecordPlace place) => reader.ValueIsEscaped ? Unescape(ref reader, place) : reader.ValueSpan;

    private bool CheckScalar(ref Utf8JsonReader reader, RecordPlace place)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueIsEscaped)
                Unescape(ref reader, place);
        }
        else if (reader.TokenType == JsonTokenType.Number
            && (reader.ValueSpan.Length > options.MaxNumberDigits || reader.ValueSpan.ContainsAny((byte)'e', (byte)'E'))
            && JsonNumber.TryParse(reader.ValueSpan, out var number) && number.Digits > options.MaxNumberDigits)
        {
            throw place.OverLimit("digits", $"has a number of {number.Digits:N0} digits; the limit is {options.MaxNumberDigits:N0} (Records__MaxNumberDigits). Send it as text");
        }

        return true;
    }

    /// <summary>The text of an escaped string; it must be one that Postgres can hold.</summary>
    private ReadOnlySpan<byte> Unescape(ref Utf8JsonReader reader, RecordPlace place)
    {
        if (_unescaped.Length < reader.ValueSpan.Length)
            _unescaped = new byte[2 * reader.ValueSpan.Length];
        int length;
        try
        {
            length = reader.CopyString(_unescaped);
        }
        catch (InvalidOperationException)
        {
            throw place.Refused("invalid_text", "has half of a surrogate pair (\\ud800 to \\udfff alone), which is no text");
        }

        var text = _unescaped.AsSpan(0, length);
        return text.Contains((byte)0)
            ? throw place.Refused("invalid_text", "has a null character (\\u0000), which the database cannot hold")
            : text;
    }

    private PermanentJobException Twice(ref Utf8JsonReader reader, RecordPlace place) =>
        place.Refused("duplicate_name", $"has the name '{RecordPlace.Shown(NameOf(ref reader, place))}' twice in one object, so what it means is not clear");
}
