using System.Diagnostics;
using System.Net.Sockets;

namespace MangaMotion.Storage.S3;

/// <summary>A download stalled, trickled or broke off.</summary>
internal sealed class BrokenDownloadException(string message, Exception? cause = null) : IOException(message, cause);

/// <summary>
/// The body of a GET, which must come whole and fast enough: counted are the bytes and the time spent waiting for them, so that
/// a slow reader is not taken for a slow server.
/// </summary>
internal sealed class DownloadStream(string key, Stream body, long length, S3StorageOptions options) : Stream
{
    private CancellationTokenSource _stalled = new();
    private long _position;
    private TimeSpan _waited;
    private long _came;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

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
            throw Broken($"nothing came for {options.StallWindow.TotalSeconds} s");
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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("An object from S3 is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            _stalled.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>One timer serves all reads: there are a hundred thousand of them in a large object.</summary>
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
        _came += read;
        _waited += waited;
        if (_waited < options.StallWindow)
            return;

        if (_came < options.MinBytesPerSecond * _waited.TotalSeconds && _position < length)
            throw Broken($"{_came} bytes came in {_waited.TotalSeconds:0.#} s, less than {options.MinBytesPerSecond} a second");

        (_came, _waited) = (0, TimeSpan.Zero);
    }

    private BrokenDownloadException Broken(string why, Exception? cause = null) =>
        new($"The download of object '{key}' broke at byte {_position} of {length}: {why}.", cause);
}
