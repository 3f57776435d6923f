namespace MangaMotion.Jobs.Reconciling;

/// <summary>Asks the broker for the number of messages in queues.</summary>
public interface IQueueDepths
{
    /// <summary>
    /// Returns the number of ready messages (not yet delivered to a consumer) by queue. A queue that does not exist is left out.
    /// </summary>
    /// <exception cref="IOException">The broker cannot be reached, or the connection was lost.</exception>
    Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken);

    /// <summary>Returns ready messages and consumers by queue.</summary>
    /// <inheritdoc cref="GetAsync"/>
    Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken);
}

/// <param name="Ready">Messages not delivered to a consumer yet.</param>
public readonly record struct QueueState(long Ready, int Consumers);
