using System.Threading.Channels;

namespace MangaMotion.Jobs.Notices;

/// <summary>Wakes a background service. Set any number of times during a round, it wakes the service once more.</summary>
public class WakeSignal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Returns when the signal is set or <paramref name="longest"/> has passed, since a notification may be missed.</summary>
    /// <param name="longest">Longest wait; may be infinite.</param>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(longest);
        try
        {
            await _set.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The longest wait has passed.
        }
    }
}
