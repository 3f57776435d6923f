using System.Diagnostics.CodeAnalysis;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Scheduling;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;

namespace MangaMotion.Messaging.Postgres.Inbox;

/// <summary>
/// The consume context inside the transaction: what is sent or scheduled through it joins the session. A duplicate counts as
/// consumed and delivered, which makes MassTransit acknowledge it without running the consumer.
/// </summary>
internal sealed class PostgresOutboxConsumeContext<TMessage>(
    ConsumeContext<TMessage> context, OutboxConsumeOptions options, IServiceProvider services, PostgresSession session,
    Func<CancellationToken, Task> save, bool consumed)
    : OutboxConsumeContextProxy<TMessage>(context, options, services), IOutboxTransaction
    where TMessage : class
{
    private MessageSchedulerContext? _scheduler;

    public PostgresSession? Session { get; private set; } = session;

    public override bool ContinueProcessing { get; set; } = true;

    public override bool IsMessageConsumed => consumed;

    public override bool IsOutboxDelivered => consumed;

    public override int ReceiveCount => 1;

    public override long? LastSequenceNumber => null;

    public override Task SetConsumed() => save(CancellationToken);

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() => Task.FromResult(new List<OutboxMessageContext>());

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;

    public override Task AddSend<T>(SendContext<T> context)
    {
        var open = Session ?? throw new InvalidOperationException(
            $"{TypeCache<TMessage>.ShortName} sent a {TypeCache<T>.ShortName} after its consumer had ended. Await every send inside Consume.");
        open.Add(OutboxMessage.From(context));
        return Task.CompletedTask;
    }

    // The payloads are shared with the context outside this transaction and with other consumers of the same delivery,
    // so the scheduler that belongs to this transaction is found here and not among them.
    public override bool TryGetPayload<T>([NotNullWhen(true)] out T payload)
    {
        if (typeof(T) == typeof(IOutboxTransaction))
        {
            payload = (T)(object)this;
            return true;
        }

        if (typeof(T) == typeof(MessageSchedulerContext) && base.TryGetPayload<MessageSchedulerContext>(out var outer))
        {
            payload = (T)(_scheduler ??= new ConsumeMessageSchedulerContext(this, outer.SchedulerFactory));
            return true;
        }

        return base.TryGetPayload(out payload);
    }

    public void Close() => Session = null;
}
