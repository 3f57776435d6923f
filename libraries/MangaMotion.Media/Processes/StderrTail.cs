using System.Text;

namespace MangaMotion.Media.Processes;

/// <summary>Keeps the end of a process's stderr, of any length.</summary>
internal sealed class StderrTail(int bytes = 8 * 1024)
{
    private readonly byte[] _ring = new byte[bytes];
    private readonly Lock _lock = new();
    private long _written;

    /// <summary>Reads until the stream ends. It ends with the last process that has it open.</summary>
    public async Task DrainAsync(Stream stream)
    {
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            lock (_lock)
            {
                for (var i = 0; i < read; i++)
                    _ring[_written++ % bytes] = buffer[i];
            }
        }
    }

    /// <summary>Discards the text so far.</summary>
    public void Clear()
    {
        lock (_lock)
            _written = 0;
    }

    public override string ToString()
    {
        lock (_lock)
        {
            var kept = (int)Math.Min(_written, bytes);
            var tail = new byte[kept];
            for (var i = 0; i < kept; i++)
                tail[i] = _ring[(_written - kept + i) % bytes];

            // The first line is dropped if its beginning is lost.
            var start = _written > bytes && Array.IndexOf(tail, (byte)'\n') is var end && end < kept - 1 ? end + 1 : 0;
            return Encoding.UTF8.GetString(tail.AsSpan(start)).TrimEnd();
        }
    }
}
