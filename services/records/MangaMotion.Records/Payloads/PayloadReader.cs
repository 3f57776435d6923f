using System.Buffers;
using MangaMotion.Jobs;

namespace MangaMotion.Records.Payloads;

/// <summary>Format of a payload.</summary>
public enum PayloadFormat
{
    /// <summary>No byte was read yet.</summary>
    Unknown,

    /// <summary>One JSON array; its elements are the records.</summary>
    Array,

    /// <summary>One JSON object, or several separated by white space (NDJSON).</summary>
    Objects,
}

/// <summary>
/// Reads a payload of any length record by record. One buffer grows to the largest record. A record whose end is missing is parsed again
/// after more bytes arrive, so a handler only gets complete records.
/// </summary>
/// <param name="bufferLength">Initial size of the buffer in bytes.</param>
public sealed class PayloadReader(Stream payload, RecordParser parser, RecordsOptions options, int bufferLength = 256 << 10) : IDisposable
{
    private const string Remedy = "Send a JSON array of records, one object, or one object on each line.";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(bufferLength);
    private int _start;
    private int _end;
    private long _offset;
    private bool _ended;
    private Expected _expected = Expected.Anything;
    private PayloadFormat _format;
    private long _records;
    private int _largestRecord;

    private enum Expected
    {
        Anything,
        FirstElement,
        Element,
        CommaOrEnd,
        Object,
        Nothing,
    }

    /// <summary>Receives the number of bytes read so far after each read.</summary>
    public Action<long>? OnProgress { get; init; }

    /// <summary>Offset of the next unparsed byte in the payload.</summary>
    private long Position => _offset + _start;

    /// <summary>Reads all records.</summary>
    /// <exception cref="PermanentJobException">
    /// The payload is not valid JSON, or a record cannot be stored. The message names the record.
    /// </exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public async Task<PayloadSummary> ReadAsync(IRecordHandler handler, CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        SkipByteOrderMark();
        while (true)
        {
            var moreBuffered = HandleRecords(handler);
            await handler.DrainAsync(cancellationToken);
            if (moreBuffered)
                continue;
            if (_ended)
                break;
            await FillAsync(cancellationToken);
        }

        RequireEnd();
        return new(_format, _records, Position, _largestRecord);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Passes the complete records of the buffer to the handler.</summary>
    /// <returns>True if the handler must be drained before the next record.</returns>
    private bool HandleRecords(IRecordHandler handler)
    {
        while (SkipToRecord())
        {
            var bytes = _buffer.AsSpan(_start, _end - _start);
            var place = new RecordPlace(_records + 1, Position);
            var length = parser.ParseRecord(bytes, place);
            if (length > options.MaxRecordBytes || (length == 0 && bytes.Length > options.MaxRecordBytes))
                throw place.CreateLimitExceeded(
                    "record_bytes", $"is longer than {options.MaxRecordBytes:N0} bytes (Records__MaxRecordBytes)");
            if (length == 0)
                return false;
            _records++;
            _largestRecord = Math.Max(_largestRecord, length);
            _start += length;
            _expected = _format == PayloadFormat.Array ? Expected.CommaOrEnd : Expected.Object;
            if (handler.HandleRecord(place, bytes[..length], parser))
                return true;
        }

        return false;
    }

    /// <summary>Skips the separators before the next record.</summary>
    /// <returns>False if the next record is not in the buffer.</returns>
    private bool SkipToRecord()
    {
        while (true)
        {
            var space = _buffer.AsSpan(_start, _end - _start).IndexOfAnyExcept(" \t\r\n"u8);
            _start = space < 0 ? _end : _start + space;
            if (_start == _end)
                return false;
            var next = _buffer[_start];
            switch (_expected)
            {
                case Expected.Anything when next == '[':
                    (_format, _expected) = (PayloadFormat.Array, Expected.FirstElement);
                    _start++;
                    break;
                case Expected.Anything when next == '{':
                    (_format, _expected) = (PayloadFormat.Objects, Expected.Object);
                    return true;
                case Expected.FirstElement or Expected.CommaOrEnd when next == ']':
                    _expected = Expected.Nothing;
                    _start++;
                    break;
                case Expected.CommaOrEnd when next == ',':
                    _expected = Expected.Element;
                    _start++;
                    break;
                case Expected.FirstElement or Expected.Element:
                case Expected.Object when next == '{':
                    return true;
                default:
                    throw CreateUnexpectedByte(next);
            }
        }
    }

    private PermanentJobException CreateUnexpectedByte(byte found)
    {
        var shown = found is > 0x20 and < 0x7F ? $"'{(char)found}'" : $"the byte 0x{found:X2}";
        return new("invalid_json", _expected switch
        {
            Expected.Anything when found is 0xFF or 0xFE or 0 => "The payload is UTF-16 or UTF-32. Send it as UTF-8.",
            Expected.Anything => $"The payload begins with {shown}. {Remedy}",
            Expected.CommaOrEnd => $"After record {_records:N0}, at byte {Position:N0}, there is {shown} instead of ',' or ']'.",
            Expected.Object => $"After record {_records:N0}, at byte {Position:N0}, there is {shown} instead of another object or the end.",
            _ => $"After the end of the array, at byte {Position:N0}, there is {shown}. A payload is one array, or only objects.",
        });
    }

    private void RequireEnd()
    {
        if (_start < _end)
            throw new RecordPlace(_records + 1, Position)
                .CreateRejection("invalid_json", $"is incomplete: the payload ends inside it, at byte {Position + _end - _start:N0}");
        if (_expected == Expected.Anything)
            throw new PermanentJobException(
                "invalid_json", $"The payload is empty. {Remedy}");
        if (_expected is Expected.FirstElement or Expected.Element or Expected.CommaOrEnd)
            throw new PermanentJobException(
                "invalid_json",
                $"The payload is incomplete: it ends after record {_records:N0}, at byte {Position:N0}, without a closing ']'.");
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _offset += _start;
            (_start, _end) = (0, _end - _start);
        }
        else if (_end == _buffer.Length)
        {
            // The record is longer than the buffer.
            var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        // The buffer is filled completely, so that a long record is not parsed again after each short read.
        var read = await payload.ReadAtLeastAsync(
            _buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellationToken);
        _end += read;
        _ended = _end < _buffer.Length;
        OnProgress?.Invoke(_offset + _end);
    }

    private void SkipByteOrderMark()
    {
        if (_buffer.AsSpan(_start, _end - _start).StartsWith(ByteOrderMark))
            _start += ByteOrderMark.Length;
    }
}

/// <summary>Summary of a payload that was read to its end.</summary>
/// <param name="LargestRecord">Bytes of the largest record.</param>
public sealed record PayloadSummary(PayloadFormat Format, long Records, long Bytes, int LargestRecord);

/// <summary>Handles the records of a payload one after the other.</summary>
public interface IRecordHandler
{
    /// <summary>Handles one complete record.</summary>
    /// <param name="record">Bytes of the record; valid only during the call.</param>
    /// <param name="parser">Parser with the record's fields.</param>
    /// <returns>True if <see cref="DrainAsync"/> must be called before the next record.</returns>
    bool HandleRecord(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser);

    /// <summary>Sends the buffered data.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken);
}
