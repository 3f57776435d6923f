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
/// Consume context inside the outbox's transaction. Messages that are sent or scheduled through it join the session. A duplicate counts as
/// consumed and delivered, so MassTransit acknowledges it without running the consumer.
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
            $"{TypeCache<TMessage>.ShortName} sent a {TypeCache<T>.ShortName} after its consumer ended. Await every send inside Consume.");
        open.Add(OutboxMessage.Create(context));
        return Task.CompletedTask;
    }

    // Payloads are shared with the outer context and with other consumers of the same delivery. The scheduler of this transaction is
    // therefore returned here and not stored among them.
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

    /// <summary>Ends the transaction's part in sends; later ones throw.</summary>
    public void CloseSession() => Session = null;
}
