using System.Buffers;
using System.Buffers.Binary;

namespace MangaMotion.Records.Loading;

/// <summary>Rows in the binary format of Postgres's COPY, gathered in one buffer until they are sent.</summary>
internal sealed class CopyBuffer : IDisposable
{
    private const int SendLength = 128 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(2 * SendLength);
    private int _length;

    /// <summary>The signature, no flags, no extension.</summary>
    private static ReadOnlySpan<byte> Header => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];

    public bool IsFull => _length >= SendLength;

    /// <summary>Bytes sent or gathered.</summary>
    public long Total { get; private set; }

    public ReadOnlyMemory<byte> Gathered => _bytes.AsMemory(0, _length);

    public void Begin() => Header.CopyTo(Take(Header.Length));

    public void BeginRow(int columns) => BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)columns);

    public void End() => BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    public void Boolean(bool value)
    {
        var bytes = Take(5);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 1);
        bytes[4] = value ? (byte)1 : (byte)0;
    }

    public void Int32(int value)
    {
        var bytes = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 4);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], value);
    }

    public void Int64(long value)
    {
        var bytes = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 8);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], value);
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        var bytes = Take(4 + utf8.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes, utf8.Length);
        utf8.CopyTo(bytes[4..]);
    }

    public void Jsonb(ReadOnlySpan<byte> json)
    {
        const byte Version = 1;
        var bytes = Take(5 + json.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes, 1 + json.Length);
        bytes[4] = Version;
        json.CopyTo(bytes[5..]);
    }

    public void Numeric(ReadOnlySpan<byte> number)
    {
        var most = NumericWriter.MaxLength(number.Length);
        var bytes = Take(4 + most);
        var length = NumericWriter.Write(number, bytes[4..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        GiveBack(most - length);
    }

    /// <summary>An array of <c>smallint</c> of one dimension.</summary>
    public void Int16Array(ReadOnlySpan<short> values)
    {
        const int Int16Oid = 21;
        var length = 20 + (6 * values.Length);
        var bytes = Take(4 + length);
        // Its length; one dimension, no nulls, the type of its elements; how many, numbered from 1.
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

    public void Sent() => _length = 0;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private Span<byte> Take(int length)
    {
        if (_length + length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, _length + length));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        var taken = _bytes.AsSpan(_length, length);
        _length += length;
        Total += length;
        return taken;
    }

    private void GiveBack(int length)
    {
        _length -= length;
        Total -= length;
    }
}
