namespace MangaMotion.Storage;

/// <summary>A stream that is read once from its start, asynchronously. A derived class implements the read of a memory block.</summary>
public abstract class ForwardStream : Stream
{
    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    /// <summary>Number of bytes, where it is known.</summary>
    /// <exception cref="NotSupportedException">The length is not known.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Number of bytes that were read, where it is counted.</summary>
    /// <exception cref="NotSupportedException">The position is set, or it is not counted.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public sealed override void Flush()
    {
        // Nothing is written.
    }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
