using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// Part of an open file as a stream, optionally between other bytes. Disposing it does not close the file.
/// </summary>
/// <param name="start">Offset in the file.</param>
/// <param name="length">Number of bytes of the file.</param>
/// <param name="head">Bytes before those of the file.</param>
/// <param name="tail">Bytes after those of the file.</param>
internal sealed class FileSlice(SafeFileHandle file, long start, long length, byte[]? head = null, byte[]? tail = null) : Stream
{
    private readonly byte[] _head = head ?? [];
    private readonly byte[] _tail = tail ?? [];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _head.Length + length + _tail.Length;

    public override long Position { get; set; }

    private long FileEnd => _head.Length + length;

    public override int Read(Span<byte> buffer)
    {
        var read = IsInFile
            ? RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, FileEnd - Position)], start + Position - _head.Length)
            : ReadMemory(buffer);
        Position += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = IsInFile
            ? await RandomAccess.ReadAsync(
                file, buffer[..(int)Math.Min(buffer.Length, FileEnd - Position)], start + Position - _head.Length, cancellationToken)
            : ReadMemory(buffer.Span);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => Length + offset };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool IsInFile => Position >= _head.Length && Position < FileEnd;

    private int ReadMemory(Span<byte> buffer)
    {
        var rest = Position < _head.Length ? _head.AsSpan((int)Position) : Position < Length ? _tail.AsSpan((int)(Position - FileEnd)) : [];
        var read = Math.Min(buffer.Length, rest.Length);
        rest[..read].CopyTo(buffer);
        return read;
    }
}
