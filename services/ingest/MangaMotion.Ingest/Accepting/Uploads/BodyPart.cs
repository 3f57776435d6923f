using System.Security.Cryptography;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>
/// Reads at most <paramref name="length"/> bytes of a request body. A body that breaks off ends there, so that the bytes before the break
/// are kept.
/// </summary>
/// <param name="hash">Hash of the body that the bytes are added to; null for none.</param>
/// <param name="stop">Ends the body as a break does.</param>
internal sealed class BodyPart(Stream body, long length, IncrementalHash? hash, CancellationToken stop) : Stream
{
    private long _left = length;

    /// <summary>True once the body has ended or is broken.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True if the body broke off: the client disconnected, sent too slowly, or the service stops.</summary>
    public bool IsBroken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (HasEnded || _left == 0)
            return 0;
        try
        {
            var read = await body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], stop);
            _left -= read;
            hash?.AppendData(buffer.Span[..read]);
            HasEnded = read == 0 && !buffer.IsEmpty;
            return read;
        }
        catch (Exception exception) when (IsBreak(exception))
        {
            HasEnded = IsBroken = true;
            return 0;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static bool IsBreak(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => false,
        IOException or OperationCanceledException => true,
        _ => false,
    };
}
