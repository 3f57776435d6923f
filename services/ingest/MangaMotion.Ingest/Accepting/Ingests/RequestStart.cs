using MangaMotion.Storage;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Passes a request body on and keeps its first bytes, which show how the caller ends its lines.</summary>
internal sealed class RequestStart(Stream body) : ForwardStream
{
    private const int StartLength = 512;
    private readonly byte[] _start = new byte[StartLength];
    private int _kept;

    /// <summary>True if the first line, which is the boundary, ends with LF alone, or the header lines after it do.</summary>
    public bool HasBareLineFeeds
    {
        get
        {
            ReadOnlySpan<byte> start = _start.AsSpan(0, _kept);
            var end = start.IndexOf("\r\n\r\n"u8);
            var head = end < 0 ? start : start[..end];
            for (var i = 0; i < head.Length; i++)
            {
                if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r'))
                    return true;
            }

            return false;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync(buffer, cancellationToken);
        if (_kept < _start.Length)
        {
            var kept = Math.Min(read, _start.Length - _kept);
            buffer.Span[..kept].CopyTo(_start.AsSpan(_kept));
            _kept += kept;
        }

        return read;
    }
}
