namespace MangaMotion.Jobs.Running;

/// <summary>
/// The worker stops before the message was worked on: it is to go back to the broker, for another worker. Not a cancellation,
/// which MassTransit takes for a consumer's failure and moves to <c>_error</c>.
/// </summary>
public sealed class WorkerStopsException() : Exception("This worker stops; another one takes the message.");
