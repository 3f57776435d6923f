using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace MangaMotion.TestSupport;

/// <summary>
/// Content of any length, generated when it is read, in uneven amounts as from a network. The bytes of one seed are always the same.
/// No two parts of an upload are equal, because the length of the pattern is a prime.
/// </summary>
public sealed class PatternStream(long length, int seed = 1) : Stream
{
    private const int LongestRead = 60_001;

    private static readonly ConcurrentDictionary<int, byte[]> Patterns = [];

    private readonly byte[] _pattern = Patterns.GetOrAdd(seed, MakePattern);
    private long _position;

    /// <summary>Called with the position before each read, so that a test can cancel or fail in the middle.</summary>
    public Action<long>? BeforeRead { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        using var stream = new PatternStream(length, seed);
        stream.ReadExactly(bytes);
        return bytes;
    }

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public override int Read(Span<byte> buffer)
    {
        BeforeRead?.Invoke(_position);
        var start = (int)(_position % _pattern.Length);
        var count = (int)Math.Min(Math.Min(buffer.Length, LongestRead), Math.Min(_pattern.Length - start, length - _position));
        _pattern.AsSpan(start, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private static byte[] MakePattern(int seed)
    {
        var pattern = new byte[1_048_573]; // a prime
        new Random(seed).NextBytes(pattern);
        return pattern;
    }
}
