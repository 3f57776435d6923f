namespace MangaMotion.Jobs.Notices;

/// <summary>Wakes a background service on the notifications of one channel. Notifications during a round wake it once more.</summary>
public abstract class NoticeSignal(string channel) : WakeSignal
{
    /// <summary>Handler to register, so that <see cref="NoticeListener"/> listens on the channel.</summary>
    public NoticeHandler Handler => new(channel, _ => Set());
}
