namespace MangaMotion.Jobs.Reconciling;

/// <summary>How many messages wait in queues, asked of the broker.</summary>
public interface IQueueDepths
{
    /// <summary>
    /// The ready messages (those not delivered to a consumer yet) of each queue. A queue that does not exist is not in the answer.
    /// </summary>
    /// <exception cref="IOException">The broker is away, or went away in the middle.</exception>
    Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken);

    /// <summary>The same with the consumers of each queue.</summary>
    /// <inheritdoc cref="GetAsync"/>
    Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken);
}

/// <param name="Ready">Messages not delivered to a consumer yet.</param>
public readonly record struct QueueState(long Ready, int Consumers);
