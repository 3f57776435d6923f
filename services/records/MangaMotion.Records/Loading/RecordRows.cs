using System.Text.Json;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;

namespace MangaMotion.Records.Loading;

/// <summary>Writes records as the rows of a table into a COPY.</summary>
/// <param name="columns">The column for each field, by the number of its name; null where records are stored whole.</param>
internal sealed class RecordRows(RecordTable table, IReadOnlyList<RecordColumn>? columns, long load, Stream copy) : IRecordHandler, IDisposable
{
    private const int OwnColumns = 3;

    private static readonly DateTime PostgresEpoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly int PostgresFirstDay = DateOnly.FromDateTime(PostgresEpoch).DayNumber;

    private readonly CopyBuffer _buffer = new();
    private readonly int[] _values = new int[table.Columns.Count];
    private readonly List<short> _nulls = [];

    public long Bytes => _buffer.Total;

    /// <summary>The statement that takes the rows.</summary>
    public static string Statement(RecordTable table)
    {
        var columns = table.Storage == RecordStorage.Jsonb ? "record" : string.Join(", ", ["nulls", .. table.Columns.Select(column => column.Name)]);
        return $"copy {table.Name} (load, n, {columns}) from stdin (format binary)";
    }

    public void Begin() => _buffer.Begin();

    public void End() => _buffer.End();

    public bool Take(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser)
    {
        if (columns is null)
        {
            _buffer.BeginRow(OwnColumns);
            _buffer.Int64(load);
            _buffer.Int64(place.Number);
            _buffer.Jsonb(record);
        }
        else
        {
            TakeFields(place, record, parser.Fields, columns);
        }

        return _buffer.IsFull;
    }

    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await copy.WriteAsync(_buffer.Gathered, cancellationToken);
        _buffer.Sent();
    }

    public void Dispose() => _buffer.Dispose();

    private void TakeFields(RecordPlace place, ReadOnlySpan<byte> record, ReadOnlySpan<FieldValue> fields, IReadOnlyList<RecordColumn> columnOf)
    {
        Array.Clear(_values);
        _nulls.Clear();
        for (var i = 0; i < fields.Length; i++)
        {
            var column = columnOf[fields[i].Field];
            if (fields[i].Type == JsonTokenType.Null)
                _nulls.Add(column.Ordinal);
            else
                _values[column.Ordinal - 1] = i + 1;
        }

        _buffer.BeginRow(OwnColumns + _values.Length);
        _buffer.Int64(load);
        _buffer.Int64(place.Number);
        if (_nulls.Count > 0)
            _buffer.Int16Array(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_nulls));
        else
            _buffer.Null();
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i] == 0)
                _buffer.Null();
            else
                Write(table.Columns[i].Type.Kind, fields[_values[i] - 1], record);
        }
    }

    private void Write(ColumnKind kind, in FieldValue field, ReadOnlySpan<byte> record)
    {
        var text = record.Slice(field.Start, field.Length);
        switch (kind)
        {
            case ColumnKind.Boolean:
                _buffer.Boolean(field.Type == JsonTokenType.True);
                break;
            case ColumnKind.Bigint when System.Buffers.Text.Utf8Parser.TryParse(text, out long number, out var length) && length == text.Length:
                _buffer.Int64(number);
                break;
            case ColumnKind.Numeric:
                _buffer.Numeric(text);
                break;
            case ColumnKind.Date when IsoTime.TryParseDate(text, out var date):
                _buffer.Int32(date.DayNumber - PostgresFirstDay);
                break;
            case ColumnKind.Timestamp when IsoTime.TryParseTime(text, out var time, out _):
                _buffer.Int64((time - PostgresEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
                break;
            case ColumnKind.Text when !field.Escaped:
                _buffer.Text(text);
                break;
            case ColumnKind.Text:
                _buffer.Text(Unescape(record.Slice(field.Start - 1, field.Length + 2)));
                break;
            default:
                throw new InvalidOperationException($"A value is no {kind}: the payload is not the one that was analysed.");
        }
    }

    /// <param name="quoted">The string with its quotation marks.</param>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        var text = new byte[quoted.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }
}
