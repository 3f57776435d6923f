using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using MangaMotion.Jobs;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Payloads;

/// <summary>One field of a record: the position of its value in the record's bytes.</summary>
/// <param name="Field">Number of its name; -1 for a name that is not kept.</param>
/// <param name="Type">Token of the value; for an object or array the token that starts it.</param>
/// <param name="Start">Offset of the value; for a string after the quotation mark.</param>
/// <param name="Escaped">Whether a string has escapes.</param>
public readonly record struct FieldValue(int Field, JsonTokenType Type, int Start, int Length, bool Escaped);

/// <summary>
/// Parses one record in one pass. Rejects records that cannot be stored without loss: a name that occurs twice in one object, a null
/// character, half a surrogate pair, invalid UTF-8, and numbers or nesting over the limits.
/// </summary>
/// <remarks>One parser serves one payload and keeps the last record.</remarks>
public sealed class RecordParser(RecordsOptions options)
{
    private readonly NameSets _names = new();
    private readonly List<FieldValue> _fields = [];
    /// <summary>Number of the last parsed record with each field.</summary>
    private int[] _lastRecordOfField = [];
    private int _record;
    private byte[] _unescaped = [];

    /// <summary>Names of the fields of all records so far.</summary>
    public FieldNames Names { get; } = new(options.MaxColumns + 1);

    /// <summary>First token of the record.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>Fields of a record that is an object, in its own order.</summary>
    public ReadOnlySpan<FieldValue> Fields => CollectionsMarshal.AsSpan(_fields);

    /// <summary>Parses the record at the start of the bytes.</summary>
    /// <param name="place">Position of the record, for error messages.</param>
    /// <returns>Length of the record in bytes; 0 if its end is missing.</returns>
    /// <exception cref="PermanentJobException">The record is not valid JSON or cannot be stored.</exception>
    public int ParseRecord(ReadOnlySpan<byte> bytes, RecordPlace place)
    {
        _fields.Clear();
        _names.Clear();
        _record++;
        // The block is never final, because a comma, a bracket or the end of an object follows each record.
        // OpenContainer limits the depth, with a message that names the setting.
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new(new JsonReaderOptions { MaxDepth = options.MaxDepth + 2 }));
        try
        {
            if (!reader.Read())
                return 0;
            Type = reader.TokenType;
            var complete = Type switch
            {
                JsonTokenType.StartObject => ReadRecord(ref reader, place),
                JsonTokenType.StartArray => ReadContainer(ref reader, place),
                _ => CheckScalar(ref reader, place),
            };
            if (!complete)
                return 0;
        }
        catch (JsonException exception)
        {
            throw place.CreateInvalidJson(reader.BytesConsumed, exception);
        }

        var length = (int)reader.BytesConsumed;
        return Utf8.IsValid(bytes[..length])
            ? length
            : throw place.CreateRejection("invalid_utf8", "is not valid UTF-8. Send the payload as UTF-8");
    }

    private bool ReadRecord(ref Utf8JsonReader reader, RecordPlace place)
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

    /// <summary>Reads to the end of an object or array whose first token was read.</summary>
    private bool ReadContainer(ref Utf8JsonReader reader, RecordPlace place)
    {
        var end = reader.CurrentDepth;
        OpenContainer(ref reader, place);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    OpenContainer(ref reader, place);
                    break;
                case JsonTokenType.EndObject:
                    _names.CloseObject();
                    break;
                case JsonTokenType.PropertyName:
                    if (!_names.AddName(GetName(ref reader, place)))
                        throw CreateDuplicateName(ref reader, place);
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

    private void OpenContainer(ref Utf8JsonReader reader, RecordPlace place)
    {
        // The depth of a start token is that of its parent.
        if (reader.CurrentDepth >= options.MaxDepth)
            throw place.CreateLimitExceeded("depth", $"has objects or arrays more than {options.MaxDepth} deep (Records__MaxDepth)");
        if (reader.TokenType == JsonTokenType.StartObject)
            _names.OpenObject();
    }

    private int FindField(ref Utf8JsonReader reader, RecordPlace place)
    {
        var name = GetName(ref reader, place);
        var field = Names.FindOrAdd(name, _fields.Count);
        if (field < 0)
        {
            if (_names.IsEmpty)
                _names.OpenObject();
            return _names.AddName(name) ? field : throw CreateDuplicateName(ref reader, place);
        }

        if (field >= _lastRecordOfField.Length)
            Array.Resize(ref _lastRecordOfField, Math.Max(64, 2 * field));
        if (_lastRecordOfField[field] == _record)
            throw CreateDuplicateName(ref reader, place);
        _lastRecordOfField[field] = _record;
        return field;
    }

    private ReadOnlySpan<byte> GetName(ref Utf8JsonReader reader, RecordPlace place) =>
        reader.ValueIsEscaped ? Unescape(ref reader, place) : reader.ValueSpan;

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
            throw place.CreateLimitExceeded(
                "digits",
                $"has a number of {number.Digits:N0} digits; the limit is {options.MaxNumberDigits:N0} (Records__MaxNumberDigits)");
        }

        return true;
    }

    /// <summary>Decodes an escaped string and rejects text that Postgres cannot store.</summary>
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
            throw place.CreateRejection("invalid_text", "has half of a surrogate pair (\\ud800 to \\udfff alone), which is not valid text");
        }

        var text = _unescaped.AsSpan(0, length);
        return text.Contains((byte)0)
            ? throw place.CreateRejection("invalid_text", "has a null character (\\u0000), which the database cannot store")
            : text;
    }

    private PermanentJobException CreateDuplicateName(ref Utf8JsonReader reader, RecordPlace place) =>
        place.CreateRejection("duplicate_name",
            $"has the name '{RecordPlace.Shorten(GetName(ref reader, place))}' twice in one object, so its value is ambiguous");
}
