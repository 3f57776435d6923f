using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MangaMotion.Cli.Chaos;

/// <summary>
/// TCP proxy between the services and the S3 server. While a fault lasts it answers requests with 503 without passing them on, or passes
/// at most <see cref="SlowBytesPerSecond"/> of each connection.
/// </summary>
internal sealed class StoreProxy : IAsyncDisposable
{
    /// <summary>Rate of a slow connection. The store client gives up below half of it (<c>Storage__S3__MinBytesPerSecond</c>).</summary>
    public const int SlowBytesPerSecond = 32 * 1024;

    private const int Chunk = 64 * 1024;
    private const int SlowChunk = SlowBytesPerSecond / 4;
    private const int MaxHeaderBytes = 64 * 1024;
    private const string Answer = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

    private static readonly TimeSpan SlowPause = TimeSpan.FromSeconds(0.25);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Func<int> _serverPort;
    private readonly Task _accepting;
    private volatile CancellationTokenSource _connections = new();
    private volatile bool _refusing;
    private volatile bool _slow;
    private int _refused;
    private long _slowBytes;

    /// <param name="serverPort">Returns the server's port on 127.0.0.1, which is known after its start.</param>
    public StoreProxy(Func<int> serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Address for the services.</summary>
    public string Endpoint => $"http://{_listener.LocalEndpoint}";

    /// <summary>Requests that were answered with 503.</summary>
    public int Refused => _refused;

    /// <summary>Bytes that were passed slowly.</summary>
    public long SlowBytes => Interlocked.Read(ref _slowBytes);

    /// <summary>Begins to answer 503. Open connections break, as they do when an overloaded gateway is restarted.</summary>
    public void Refuse()
    {
        _refusing = true;
        var open = _connections;
        _connections = new CancellationTokenSource();
        open.Cancel();
    }

    /// <summary>Begins to pass bytes slowly.</summary>
    public void SlowDown() => _slow = true;

    /// <summary>Ends both faults.</summary>
    public void Heal() => (_refusing, _slow) = (false, false);

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await _connections.CancelAsync();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stopped.Token), _connections.Token);
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken broken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(broken);
        try
        {
            await using var near = new NetworkStream(client, ownsSocket: true);
            if (_refusing)
            {
                await RefuseAsync(near, ended.Token);
                return;
            }

            using var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _serverPort(), ended.Token);
            await using var far = server.GetStream();
            Task[] directions = [PassAsync(near, far, ended.Token), PassAsync(far, near, ended.Token)];
            // HTTP has no use for a connection that is closed on one side.
            await Task.WhenAny(directions);
            await ended.CancelAsync();
            await Task.WhenAll(directions);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // One side is gone; both are closed.
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[Chunk];
        while (true)
        {
            var slow = _slow;
            var read = await from.ReadAsync(buffer.AsMemory(0, slow ? SlowChunk : Chunk), cancellationToken);
            if (read == 0)
                return;
            if (slow)
            {
                Interlocked.Add(ref _slowBytes, read);
                // The delay is the fault.
                await Task.Delay(SlowPause, cancellationToken);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    /// <summary>Reads one request with its body and answers 503.</summary>
    private async Task RefuseAsync(NetworkStream client, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxHeaderBytes];
        var (read, end) = (0, -1);
        while (end < 0 && read < buffer.Length)
        {
            var more = await client.ReadAsync(buffer.AsMemory(read), cancellationToken);
            if (more == 0)
                return;
            read += more;
            end = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
        }

        var lines = Encoding.Latin1.GetString(buffer, 0, Math.Max(end, 0)).Split("\r\n");
        var left = long.Parse(FindHeader(lines, "Content-Length") ?? "0", CultureInfo.InvariantCulture) - (read - end - 4);
        // A client that expects 100 sends no body after another answer.
        while (left > 0 && FindHeader(lines, "Expect") is null)
        {
            var more = await client.ReadAsync(buffer, cancellationToken);
            if (more == 0)
                return;
            left -= more;
        }

        var body = lines[0].StartsWith("HEAD ", StringComparison.Ordinal) ? "" : Answer;
        var answer = "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\n"
            + $"Content-Length: {Answer.Length}\r\nConnection: close\r\n\r\n{body}";
        await client.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellationToken);
        Interlocked.Increment(ref _refused);
    }

    private static string? FindHeader(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}
