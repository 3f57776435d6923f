using System.Buffers;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// One part of a request. Its first bytes can be read before it is stored. A part that ends too early is reported as an error of the
/// caller, not of the store.
/// </summary>
/// <param name="fromCaller">False for a stream of the store, whose exceptions are passed on.</param>
internal sealed class UploadStream(Stream part, bool fromCaller = true) : ForwardStream
{
    private const int SmallestBuffer = 4 << 10;
    private const int Growth = 4;

    private byte[] _buffer = [];
    private ReadOnlyMemory<byte> _head;

    /// <summary>True if <see cref="PeekAsync"/> has read the whole part.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>
    /// Reads at most <paramref name="length"/> first bytes without consuming them. The buffer is pooled and grows with the received
    /// bytes, so a slow sender holds little memory.
    /// </summary>
    /// <returns>Memory that is valid until the stream is disposed.</returns>
    public async Task<ReadOnlyMemory<byte>> PeekAsync(int length, CancellationToken cancellationToken)
    {
        var read = 0;
        while (read < length && !IsWhole)
        {
            if (read == _buffer.Length)
                Grow(read);
            var more = await ReceiveAsync(_buffer.AsMemory(read, Math.Min(_buffer.Length, length) - read), cancellationToken);
            IsWhole = more == 0;
            read += more;
        }

        return _head = _buffer.AsMemory(0, read);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_head.IsEmpty)
            return IsWhole ? 0 : await ReceiveAsync(buffer, cancellationToken);
        var length = Math.Min(buffer.Length, _head.Length);
        _head[..length].CopyTo(buffer);
        _head = _head[length..];
        return length;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await part.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (fromCaller
            && (exception is InvalidDataException or (IOException and not BadHttpRequestException)))
        {
            throw Malformed(exception.Message);
        }
    }

    private void Grow(int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, Growth * filled));
        _buffer.AsSpan(0, filled).CopyTo(larger);
        Release();
        _buffer = larger;
    }

    private void Release()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _head) = ([], default);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Release();
        base.Dispose(disposing);
    }

    public static ProblemException Malformed(string what) =>
        new(400, "malformed_multipart", $"The multipart body is malformed: {what.TrimEnd('.')}.");
}
