namespace MangaMotion.Jobs.Notices;

/// <summary>Wakes a background service at the notices of one channel. Those that come while it is busy are one.</summary>
public abstract class NoticeSignal(string channel) : WakeSignal
{
    /// <summary>To be registered, so that <see cref="NoticeListener"/> hears the channel.</summary>
    public NoticeHandler Handler => new(channel, _ => Set());
}
