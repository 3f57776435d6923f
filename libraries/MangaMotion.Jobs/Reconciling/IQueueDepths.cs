namespace MangaMotion.Jobs.Reconciling;

/// <summary>How many messages wait in a queue, asked of the broker.</summary>
public interface IQueueDepths
{
    /// <summary>Messages ready for delivery; null where there is no such queue.</summary>
    /// <exception cref="IOException">The broker cannot be reached.</exception>
    Task<long?> ReadyAsync(string queue, CancellationToken cancellationToken);
}
