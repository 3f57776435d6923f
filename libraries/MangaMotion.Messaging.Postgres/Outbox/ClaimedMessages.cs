using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Messages that this process has committed and delivers from memory. A claim is made before the insert and moves the row's due time ahead
/// by <see cref="Window"/>. If the process crashes, the row becomes due for other instances.
/// </summary>
internal sealed class ClaimedMessages
{
    /// <summary>Time for which other instances skip a claimed row.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Time within which a send must start, and its time-out. Together they end before other instances send.</summary>
    public static readonly TimeSpan Usable = Window / 2;

    /// <summary>Number of waiting messages above which further ones stay in the table only.</summary>
    private const int MaxWaiting = 5_000;

    private readonly Channel<IReadOnlyList<OutboxMessage>> _groups = Channel.CreateUnbounded<IReadOnlyList<OutboxMessage>>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    private int _waiting;
    private volatile bool _open;

    public ChannelReader<IReadOnlyList<OutboxMessage>> Groups => _groups.Reader;

    /// <summary>Whether sends currently succeed. <see cref="OutboxDelivery"/> sets it.</summary>
    public bool IsOpen { get => _open; set => _open = value; }

    public static bool IsUsable(OutboxMessage message) => message.ClaimedUntil > Stopwatch.GetTimestamp();

    /// <summary>Claims the messages without a delay, before their insert.</summary>
    public void ClaimMessages(IReadOnlyList<OutboxMessage> messages)
    {
        long? until = _open && Volatile.Read(ref _waiting) + messages.Count <= MaxWaiting
            ? Stopwatch.GetTimestamp() + (long)(Usable.TotalSeconds * Stopwatch.Frequency)
            : null;
        foreach (var message in messages)
            message.ClaimedUntil = message.IsDelayed ? null : until;
    }

    /// <summary>Queues the claimed messages of a commit for delivery.</summary>
    /// <returns>False if some messages are not claimed.</returns>
    public bool EnqueueClaimed(IReadOnlyList<OutboxMessage> messages)
    {
        var claimed = messages.Where(message => message.ClaimedUntil is not null).ToArray();
        if (claimed.Length > 0)
        {
            Interlocked.Add(ref _waiting, claimed.Length);
            _groups.Writer.TryWrite(claimed);
        }

        return claimed.Length == messages.Count;
    }

    public bool TryDequeue([NotNullWhen(true)] out IReadOnlyList<OutboxMessage>? group)
    {
        if (!_groups.Reader.TryRead(out group))
            return false;
        Interlocked.Add(ref _waiting, -group.Count);
        return true;
    }
}
