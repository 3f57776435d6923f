using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Loading;

/// <summary>Writes records as rows of a table into a COPY.</summary>
/// <param name="columns">Column of each field by the field's number; null if records are stored whole.</param>
internal sealed class RecordRows(RecordTable table, IReadOnlyList<RecordColumn>? columns, long load, Stream copy)
    : IRecordHandler, IDisposable
{
    /// <summary>Number of columns besides fields: load, n, and nulls or record.</summary>
    private const int FixedColumns = 3;

    private static readonly DateTime PostgresEpoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly int PostgresFirstDay = DateOnly.FromDateTime(PostgresEpoch).DayNumber;

    private readonly CopyBuffer _buffer = new();
    /// <summary>Index plus 1, in the record, of the field of each column; 0 for a missing field.</summary>
    private readonly int[] _fieldOfColumn = new int[table.Columns.Count];
    private readonly List<short> _nulls = [];

    public long Bytes => _buffer.TotalBytes;

    public void WriteHeader() => _buffer.WriteHeader();

    public void WriteTrailer() => _buffer.WriteTrailer();

    public bool HandleRecord(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser)
    {
        if (columns is null)
        {
            _buffer.StartRow(FixedColumns);
            _buffer.WriteInt64(load);
            _buffer.WriteInt64(place.Number);
            _buffer.WriteJsonb(record);
        }
        else
        {
            WriteFields(place, record, parser.Fields, columns);
        }

        return _buffer.IsFull;
    }

    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await copy.WriteAsync(_buffer.Content, cancellationToken);
        _buffer.Clear();
    }

    public void Dispose() => _buffer.Dispose();

    private void WriteFields(RecordPlace place, ReadOnlySpan<byte> record, ReadOnlySpan<FieldValue> fields,
        IReadOnlyList<RecordColumn> columnOf)
    {
        Array.Clear(_fieldOfColumn);
        _nulls.Clear();
        for (var i = 0; i < fields.Length; i++)
        {
            var column = columnOf[fields[i].Field];
            if (fields[i].Type == JsonTokenType.Null)
                _nulls.Add(column.Ordinal);
            else
                _fieldOfColumn[column.Ordinal - 1] = i + 1;
        }

        _buffer.StartRow(FixedColumns + _fieldOfColumn.Length);
        _buffer.WriteInt64(load);
        _buffer.WriteInt64(place.Number);
        if (_nulls.Count > 0)
            _buffer.WriteInt16Array(CollectionsMarshal.AsSpan(_nulls));
        else
            _buffer.WriteNull();
        for (var i = 0; i < _fieldOfColumn.Length; i++)
        {
            if (_fieldOfColumn[i] == 0)
                _buffer.WriteNull();
            else
                WriteValue(table.Columns[i].Type.Kind, fields[_fieldOfColumn[i] - 1], record);
        }
    }

    private void WriteValue(ColumnKind kind, in FieldValue field, ReadOnlySpan<byte> record)
    {
        var text = record.Slice(field.Start, field.Length);
        switch (kind)
        {
            case ColumnKind.Boolean:
                _buffer.WriteBoolean(field.Type == JsonTokenType.True);
                break;
            case ColumnKind.Bigint when Utf8Parser.TryParse(text, out long number, out var length) && length == text.Length:
                _buffer.WriteInt64(number);
                break;
            case ColumnKind.Numeric:
                _buffer.WriteNumeric(text);
                break;
            case ColumnKind.Date when IsoTime.TryParseDate(text, out var date):
                _buffer.WriteInt32(date.DayNumber - PostgresFirstDay);
                break;
            case ColumnKind.Timestamp when IsoTime.TryParseTime(text, out var time, out _):
                _buffer.WriteInt64((time - PostgresEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
                break;
            case ColumnKind.Text when !field.Escaped:
                _buffer.WriteText(text);
                break;
            case ColumnKind.Text:
                _buffer.WriteText(Unescape(record.Slice(field.Start - 1, field.Length + 2)));
                break;
            default:
                throw new InvalidOperationException($"A value is not a {kind}: the payload changed after its analysis.");
        }
    }

    /// <summary>Decodes a JSON string.</summary>
    /// <param name="quoted">The string with its quotation marks.</param>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        var text = new byte[quoted.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }
}
