using System.Diagnostics;
using System.Net.Sockets;

namespace MangaMotion.Storage.S3;

/// <summary>A download stalled, was too slow or broke off.</summary>
internal sealed class BrokenDownloadException(string message, Exception? cause = null) : IOException(message, cause);

/// <summary>
/// Body of a GET that must arrive completely and fast enough. Only the time spent waiting for bytes counts, so a slow reader is not
/// treated as a slow server.
/// </summary>
internal sealed class DownloadStream(string key, Stream body, long length, S3StorageOptions options) : ForwardStream
{
    private CancellationTokenSource _stalled = new();
    private long _position;
    private TimeSpan _waited;
    private long _received;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;

        var start = Stopwatch.GetTimestamp();
        int read;
        try
        {
            read = await ReadInTimeAsync(buffer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Broken($"no data for {options.StallWindow.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or SocketException)
        {
            throw Broken(exception.Message, exception);
        }

        _position += read;
        if (read == 0 && _position < length)
            throw Broken("the answer was cut short");

        CheckPace(read, Stopwatch.GetElapsedTime(start));
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            _stalled.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Reads with the stall limit. One timer serves all reads, of which a large object needs a hundred thousand.</summary>
    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_stalled.TryReset())
        {
            _stalled.Dispose();
            _stalled = new CancellationTokenSource();
        }

        _stalled.CancelAfter(options.StallWindow);
        await using (cancellationToken.UnsafeRegister(static stalled => ((CancellationTokenSource)stalled!).Cancel(), _stalled))
            return await body.ReadAsync(buffer, _stalled.Token);
    }

    private void CheckPace(int read, TimeSpan waited)
    {
        _received += read;
        _waited += waited;
        if (_waited < options.StallWindow)
            return;

        if (_received < options.MinBytesPerSecond * _waited.TotalSeconds && _position < length)
            throw Broken($"{_received} bytes received in {_waited.TotalSeconds:0.#} s, less than {options.MinBytesPerSecond} per second");

        (_received, _waited) = (0, TimeSpan.Zero);
    }

    private BrokenDownloadException Broken(string why, Exception? cause = null) =>
        new($"The download of object '{key}' broke at byte {_position} of {length}: {why}.", cause);
}
