using System.Threading.Channels;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Signal that wakes the delivery service of this process. Signals during a delivery are combined into one.</summary>
internal sealed class OutboxSignal
{
    private readonly Channel<bool> _channel =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Returns at the next signal, or after the timeout.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_channel.Reader.TryRead(out _) || timeout <= TimeSpan.Zero)
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            await _channel.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time-out: rows without a signal may be due.
        }
    }
}
