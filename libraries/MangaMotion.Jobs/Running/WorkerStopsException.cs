namespace MangaMotion.Jobs.Running;

/// <summary>
/// The worker stops or drains before it has worked on the message, which returns to the broker for another worker. Not an
/// <see cref="OperationCanceledException"/>: MassTransit treats that as a failure of the consumer and moves the message to <c>_error</c>.
/// </summary>
public sealed class WorkerStopsException() : Exception("This worker stops or drains. The message returns to the broker.");
