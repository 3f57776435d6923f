using System.Buffers;
using System.Buffers.Binary;

namespace MangaMotion.Records.Loading;

/// <summary>Buffer of rows in the binary format of COPY (PostgreSQL documentation, COPY, "Binary Format").</summary>
internal sealed class CopyBuffer : IDisposable
{
    private const int FullLength = 128 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(2 * FullLength);
    private int _length;

    /// <summary>Header: signature, no flags, no extension.</summary>
    private static ReadOnlySpan<byte> Header => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];

    public bool IsFull => _length >= FullLength;

    /// <summary>Number of bytes written so far, including drained ones.</summary>
    public long TotalBytes { get; private set; }

    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    public void WriteHeader() => Header.CopyTo(Reserve(Header.Length));

    public void StartRow(int columns) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), (short)columns);

    public void WriteTrailer() => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), -1);

    public void WriteNull() => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), -1);

    public void WriteBoolean(bool value)
    {
        var bytes = Reserve(5);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 1);
        bytes[4] = value ? (byte)1 : (byte)0;
    }

    public void WriteInt32(int value)
    {
        var bytes = Reserve(8);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 4);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], value);
    }

    public void WriteInt64(long value)
    {
        var bytes = Reserve(12);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 8);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], value);
    }

    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        var bytes = Reserve(4 + utf8.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes, utf8.Length);
        utf8.CopyTo(bytes[4..]);
    }

    public void WriteJsonb(ReadOnlySpan<byte> json)
    {
        const byte Version = 1;
        var bytes = Reserve(5 + json.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 1 + json.Length);
        bytes[4] = Version;
        json.CopyTo(bytes[5..]);
    }

    public void WriteNumeric(ReadOnlySpan<byte> number)
    {
        var maxLength = NumericWriter.GetMaxLength(number.Length);
        var bytes = Reserve(4 + maxLength);
        var length = NumericWriter.WriteNumber(number, bytes[4..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        Release(maxLength - length);
    }

    /// <summary>Writes a one-dimensional array of <c>smallint</c>.</summary>
    public void WriteInt16Array(ReadOnlySpan<short> values)
    {
        const int Int16Oid = 21;
        var length = 20 + (6 * values.Length);
        var bytes = Reserve(4 + length);
        // Length, one dimension, no nulls, type of the elements, number of elements, lower bound 1.
        ReadOnlySpan<int> header = [length, 1, 0, Int16Oid, values.Length, 1];
        for (var i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes[(4 * i)..], header[i]);
        bytes = bytes[24..];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, 2);
            BinaryPrimitives.WriteInt16BigEndian(bytes[4..], value);
            bytes = bytes[6..];
        }
    }

    public void Clear() => _length = 0;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private Span<byte> Reserve(int length)
    {
        if (_length + length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, _length + length));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        var reserved = _bytes.AsSpan(_length, length);
        _length += length;
        TotalBytes += length;
        return reserved;
    }

    private void Release(int length)
    {
        _length -= length;
        TotalBytes -= length;
    }
}
