using System.Security.Cryptography;
using MangaMotion.Storage;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>
/// Reads at most <paramref name="length"/> bytes of a request body. A body that breaks off ends there, so that the bytes before the break
/// are kept.
/// </summary>
/// <param name="hash">Hash of the body that the bytes are added to; null for none.</param>
/// <param name="stop">Ends the body as a break does.</param>
internal sealed class BodyPart(Stream body, long length, IncrementalHash? hash, CancellationToken stop) : ForwardStream
{
    private long _left = length;

    /// <summary>True once the body has ended or is broken.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True if the body broke off: the client disconnected, sent too slowly, or the service stops.</summary>
    public bool IsBroken { get; private set; }

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

    private static bool IsBreak(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => false,
        IOException or OperationCanceledException => true,
        _ => false,
    };
}
