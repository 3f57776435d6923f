using System.Threading.Channels;

namespace MangaMotion.Jobs.Notices;

/// <summary>Wakes a background service at the notices of one channel. Those that come while it is busy are one.</summary>
public abstract class NoticeSignal(string channel)
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>To be registered, so that <see cref="NoticeListener"/> hears the channel.</summary>
    public NoticeHandler Handler => new(channel, _ => _set.Writer.TryWrite(true));

    /// <summary>Returns at the next notice, or when it is time for a look without being called: a notice may be missed.</summary>
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
