using System.Security.Cryptography;

namespace MangaMotion.Storage.Conformance;

/// <summary>Bytes that differ everywhere, made as they are read: byte n of any content of one seed is the same.</summary>
public sealed class PatternStream(long length, int seed = 1) : Stream
{
    private long _position;

    /// <summary>Called with the position before each read, so that a test can cancel or fail in the middle.</summary>
    public Action<long>? BeforeRead { get; init; }

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new PatternStream(length, seed).ReadExactly(bytes);
        return bytes;
    }

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        BeforeRead?.Invoke(_position);

        // Odd amounts, as a network gives them.
        var count = (int)Math.Min(Math.Min(buffer.Length, 60_001), length - _position);
        for (var i = 0; i < count; i++)
        {
            var n = _position + i;
            buffer[i] = (byte)((n * 31) + (n >> 8) + (n >> 16) + seed);
        }

        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);

        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
