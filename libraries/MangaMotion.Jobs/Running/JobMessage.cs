using MangaMotion.Jobs.Failures;
using MangaMotion.Messaging.Postgres.Outbox;
using MassTransit;

namespace MangaMotion.Jobs.Running;

/// <summary>Delivered message of a job, and the outbox messages that can follow it.</summary>
internal sealed class JobMessage(ConsumeContext context, IOutbox outbox)
{
    /// <summary>Name of the front or bulk queue from which the message was delivered.</summary>
    public string Queue { get; } = context.ReceiveContext.InputAddress.Segments[^1];

    public string ErrorQueue => Lanes.ErrorQueueName(Queue);

    /// <summary>Id of the dead letter, if the message was moved here from an error queue; otherwise null.</summary>
    public Guid? DeadLetterId => DeadLetterHeaders.ReadId(context);

    /// <summary>Makes the message that returns the job to its queue at once.</summary>
    public OutboxMessage HandBack() => outbox.PrepareForward(context, JobType.AddressOf(Queue), options: null);

    /// <summary>Makes the message of the next attempt.</summary>
    /// <param name="due">Time of the attempt; null for now.</param>
    public OutboxMessage Redeliver(DateTimeOffset? due) => outbox.PrepareForward(context, JobType.AddressOf(Queue), new()
    {
        NotBefore = due,
        Headers = new Dictionary<string, object> { [MessageHeaders.RedeliveryCount] = context.GetRedeliveryCount() + 1 },
    });

    /// <summary>Makes the message for the error queue.</summary>
    public OutboxMessage DeadLetter(Guid deadLetterId, JobFailure failure) => outbox.PrepareForward(
        context, JobType.AddressOf(ErrorQueue), new() { Headers = DeadLetterHeaders.Create(deadLetterId, failure, context) });
}
