using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>
/// Messages that this process has committed and delivers from memory, without reading them back. A claim is made before the
/// insert and moves the row's due time ahead by <see cref="Window"/>; if the process dies, the row falls due for the others.
/// </summary>
internal sealed class ClaimedMessages
{
    /// <summary>For so long the others leave a claimed row alone.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>A send starts only in the first half of the window and may take as long, so that it ends before others start one.</summary>
    public static readonly TimeSpan Usable = Window / 2;

    // With more than this waiting, rows are better kept in the table than in memory.
    private const int Limit = 5_000;

    private readonly Channel<IReadOnlyList<OutboxMessage>> _groups = Channel.CreateUnbounded<IReadOnlyList<OutboxMessage>>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    private int _waiting;
    private volatile bool _open;

    public ChannelReader<IReadOnlyList<OutboxMessage>> Groups => _groups.Reader;

    /// <summary>Whether sends go through at the moment. Opened and closed by the deliverer.</summary>
    public bool Open { get => _open; set => _open = value; }

    public static bool IsUsable(OutboxMessage message) => message.ClaimedUntil > Stopwatch.GetTimestamp();

    /// <summary>Claims what is due at once, before its insert.</summary>
    public void Claim(IReadOnlyList<OutboxMessage> messages)
    {
        long? until = _open && Volatile.Read(ref _waiting) + messages.Count <= Limit
            ? Stopwatch.GetTimestamp() + (long)(Usable.TotalSeconds * Stopwatch.Frequency)
            : null;
        foreach (var message in messages)
            message.ClaimedUntil = message.IsDelayed ? null : until;
    }

    /// <summary>Takes over the committed messages that are claimed; false if there are others among them.</summary>
    public bool Enqueue(IReadOnlyList<OutboxMessage> messages)
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
