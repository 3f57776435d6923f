using MangaMotion.Jobs.Failures;
using MassTransit;

namespace MangaMotion.Jobs.Running;

/// <summary>Headers of a message in an error queue: MassTransit's own, and the dead letter it stands for.</summary>
public static class DeadLetterHeaders
{
    /// <summary>
    /// The id of the <c>failed_jobs</c> row. A message that comes back with it was moved by hand, so its job lives again;
    /// a late duplicate of the original has none and changes nothing.
    /// </summary>
    public const string Id = "MM-Dead-Letter";

    /// <summary>
    /// Characters of the stack; the whole is in <c>failed_jobs</c>. AMQP takes the headers of a message in one frame of 128 KiB, and a
    /// broker that is sent more closes the connection, with all that goes over it.
    /// </summary>
    private const int StackLength = 16_000;

    /// <summary>The dead letter that a consumed message stands for, if it was moved here from an error queue.</summary>
    internal static Guid? IdOf(ConsumeContext context) =>
        context.ReceiveContext.TransportHeaders.TryGetHeader(Id, out var value) && Guid.TryParse(value?.ToString(), out var id) ? id : null;

    internal static Dictionary<string, object> Of(Guid id, JobFailure failure, ConsumeContext context) => new()
    {
        [Id] = id.ToString(),
        [MessageHeaders.Reason] = "fault",
        [MessageHeaders.FaultExceptionType] = failure.ErrorClass,
        [MessageHeaders.FaultMessage] = failure.Message,
        [MessageHeaders.FaultStackTrace] = JobFailure.Text(failure.Details, StackLength),
        [MessageHeaders.FaultTimestamp] = DateTime.UtcNow.ToString("O"),
        [MessageHeaders.FaultInputAddress] = context.ReceiveContext.InputAddress.ToString(),
        [MessageHeaders.FaultRetryCount] = context.GetRedeliveryCount(),
    };
}
