using MangaMotion.Storage;

namespace MangaMotion.Ingest.Reading.Assets;

/// <summary>
/// Seekable stream of an object, for range requests. The object is opened at the position of the first read. Only asynchronous reads are
/// supported.
/// </summary>
internal sealed class ObjectStream(IObjectStore store, string key, long length) : Stream
{
    private ObjectContent? _content;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= length)
            return 0;
        _content ??= await store.GetAsync(key, _position == 0 ? null : new ByteRange(_position, null), cancellationToken);
        var read = await _content.Stream.ReadAsync(buffer, cancellationToken);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        if (_content is not null)
            throw new NotSupportedException("The object is being read already.");
        _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => length + offset,
        };
        return _position;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_content is not null)
            await _content.DisposeAsync();
        await base.DisposeAsync();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Read asynchronously: the source may be a network.");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
