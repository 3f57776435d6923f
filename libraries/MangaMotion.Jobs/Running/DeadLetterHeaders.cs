using MangaMotion.Jobs.Failures;
using MassTransit;

namespace MangaMotion.Jobs.Running;

/// <summary>Headers of a message in an error queue: those of MassTransit, and the id of its dead letter.</summary>
public static class DeadLetterHeaders
{
    /// <summary>
    /// Id of the row in <c>failed_jobs</c>. A message received with this header was moved from the error queue by hand, so its job is
    /// replayed. A late duplicate of the original message has no such header and changes nothing.
    /// </summary>
    public const string Id = "MM-Dead-Letter";

    /// <summary>
    /// Characters of the stack trace; all of it is in <c>failed_jobs</c>. AMQP sends the headers of a message in one frame of at most
    /// 128 KiB, and a broker closes the connection on a larger one.
    /// </summary>
    private const int StackLength = 16_000;

    /// <summary>Reads the dead letter of a message that was moved from an error queue; null for any other message.</summary>
    internal static Guid? ReadId(ConsumeContext context) =>
        context.ReceiveContext.TransportHeaders.TryGetHeader(Id, out var value) && Guid.TryParse(value?.ToString(), out var id) ? id : null;

    internal static Dictionary<string, object> Create(Guid id, JobFailure failure, ConsumeContext context) => new()
    {
        [Id] = id.ToString(),
        [MessageHeaders.Reason] = "fault",
        [MessageHeaders.FaultExceptionType] = failure.ErrorClass,
        [MessageHeaders.FaultMessage] = failure.Message,
        [MessageHeaders.FaultStackTrace] = JobFailure.Truncate(failure.Details, StackLength),
        [MessageHeaders.FaultTimestamp] = DateTime.UtcNow.ToString("O"),
        [MessageHeaders.FaultInputAddress] = context.ReceiveContext.InputAddress.ToString(),
        [MessageHeaders.FaultRetryCount] = context.GetRedeliveryCount(),
    };
}
