using System.Threading.Channels;

namespace MangaMotion.Jobs.Notices;

/// <summary>Wakes a background service. Being set while it is busy wakes it once more, however often that is.</summary>
public class WakeSignal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Returns when it is set, or when it is time for a look without being called: a notice may be missed.</summary>
    /// <param name="longest">May be infinite.</param>
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
            // Time for a look.
        }
    }
}
