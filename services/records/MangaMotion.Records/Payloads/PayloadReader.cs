using System.Buffers;
using MangaMotion.Jobs;

namespace MangaMotion.Records.Payloads;

/// <summary>How the records of a payload follow each other.</summary>
public enum PayloadFormat
{
    /// <summary>Not known before the first byte.</summary>
    Unknown,

    /// <summary>One JSON array; its elements are the records.</summary>
    Array,

    /// <summary>One JSON object, or several with white space between them (NDJSON).</summary>
    Objects,
}

/// <summary>
/// Reads a payload of any length record by record, through one buffer that is as large as its largest record. A record
/// whose end is not there yet is taken apart again when more has come, so what a handler sees is always whole.
/// </summary>
/// <param name="bufferLength">Bytes of the buffer to begin with; it grows to the largest record.</param>
public sealed class PayloadReader(Stream payload, RecordParser parser, RecordsOptions options, int bufferLength = 256 << 10) : IDisposable
{
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

    /// <summary>Told, now and then, how many bytes have come.</summary>
    public Action<long>? Progressed { get; init; }

    /// <summary>Bytes read so far.</summary>
    private long Position => _offset + _start;

    /// <summary>Reads all records.</summary>
    /// <exception cref="PermanentJobException">The payload is no JSON, or a record cannot be stored; it is named.</exception>
    /// <exception cref="IOException">The stream broke.</exception>
    public async Task<PayloadSummary> ReadAsync(IRecordHandler handler, CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        SkipByteOrderMark();
        while (true)
        {
            var more = Take(handler);
            await handler.DrainAsync(cancellationToken);
            if (more)
                continue;
            if (_ended)
                break;
            await FillAsync(cancellationToken);
        }

        RequireEnd();
        return new(_format, _records, Position, _largestRecord);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Takes the records that are whole in the buffer.</summary>
    /// <returns>True when the handler wants to be drained first.</returns>
    private bool Take(IRecordHandler handler)
    {
        while (SkipToRecord())
        {
            var bytes = _buffer.AsSpan(_start, _end - _start);
            var place = new RecordPlace(_records + 1, Position);
            var length = parser.Parse(bytes, place);
            if (length > options.MaxRecordBytes || (length == 0 && bytes.Length > options.MaxRecordBytes))
                throw place.OverLimit("record_bytes", $"is longer than {options.MaxRecordBytes:N0} bytes (Records__MaxRecordBytes)");
            if (length == 0)
                return false;
            _records++;
            _largestRecord = Math.Max(_largestRecord, length);
            _start += length;
            _expected = _format == PayloadFormat.Array ? Expected.CommaOrEnd : Expected.Object;
            if (handler.Take(place, bytes[..length], parser))
                return true;
        }

        return false;
    }

    /// <summary>Goes over what stands between records.</summary>
    /// <returns>False when the next record is not in the buffer.</returns>
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
                    throw Unexpected(next);
            }
        }
    }

    private PermanentJobException Unexpected(byte found)
    {
        var what = found is > 0x20 and < 0x7F ? $"'{(char)found}'" : $"the byte 0x{found:X2}";
        return new("invalid_json", _expected switch
        {
            Expected.Anything when found is 0xFF or 0xFE or 0 => "The payload is not UTF-8 but UTF-16 or UTF-32; send it as UTF-8.",
            Expected.Anything => $"The payload begins with {what}; it must be a JSON array of records, one object, or an object on each line.",
            Expected.CommaOrEnd => $"After record {_records:N0}, at byte {Position:N0}, there is {what} where ',' or ']' belongs.",
            Expected.Object => $"After record {_records:N0}, at byte {Position:N0}, there is {what} where the next object or the end belongs.",
            _ => $"After the end of the array, at byte {Position:N0}, there is {what}; a payload is one array, or objects and nothing else.",
        });
    }

    private void RequireEnd()
    {
        if (_start < _end)
            throw new RecordPlace(_records + 1, Position).Refused("invalid_json", $"is cut short: the payload ends in the middle of it, at byte {Position + _end - _start:N0}");
        if (_expected == Expected.Anything)
            throw new PermanentJobException("invalid_json", "The payload is empty; send a JSON array of records, one object, or an object on each line.");
        if (_expected is Expected.FirstElement or Expected.Element or Expected.CommaOrEnd)
            throw new PermanentJobException("invalid_json", $"The payload is cut short: it ends after record {_records:N0}, at byte {Position:N0}, without the ']' of its array.");
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
            // A record that is longer than the buffer.
            var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        // Filled up, as far as there is something: a record that spans many reads is not taken apart after each of them.
        var read = await payload.ReadAtLeastAsync(_buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellationToken);
        _end += read;
        _ended = _end < _buffer.Length;
        Progressed?.Invoke(_offset + _end);
    }

    private void SkipByteOrderMark()
    {
        if (_buffer.AsSpan(_start, _end - _start).StartsWith(ByteOrderMark))
            _start += ByteOrderMark.Length;
    }
}

/// <summary>What is known of a payload that was read to its end.</summary>
/// <param name="LargestRecord">In bytes.</param>
public sealed record PayloadSummary(PayloadFormat Format, long Records, long Bytes, int LargestRecord);

/// <summary>Takes the records of a payload, one after the other.</summary>
public interface IRecordHandler
{
    /// <param name="record">Its bytes, gone after the call.</param>
    /// <param name="parser">Holds the record's fields.</param>
    /// <returns>True when <see cref="DrainAsync"/> must be called before the next record.</returns>
    bool Take(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser);

    /// <summary>Sends away what was gathered.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken);
}
