using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Implements the outbox with MassTransit's serializers.</summary>
internal sealed class PostgresOutbox(
    IBus bus, OutboxSignal signal, ClaimedMessages claimed, IOptions<PostgresOutboxOptions> options, IServiceProvider services)
    : IOutbox
{
    public async Task<OutboxMessage> PrepareSendAsync<T>(
        T message, Uri destination, OutboxMessageOptions? options, CancellationToken cancellationToken)
        where T : class
    {
        var capture = new Capture(services);
        var endpoint = await new OutboxSendEndpointProvider(capture, bus).GetSendEndpoint(destination);
        await endpoint.Send(message, new OptionsPipe<T>(options), cancellationToken);
        return capture.Message.WithDueTime(options?.NotBefore);
    }

    public async Task<OutboxMessage> PreparePublishAsync<T>(T message, OutboxMessageOptions? options, CancellationToken cancellationToken)
        where T : class
    {
        var capture = new Capture(services);
        var endpoint = new PublishEndpoint(new OutboxPublishEndpointProvider(capture, bus));
        await endpoint.Publish(message, new OptionsPipe<T>(options), cancellationToken);
        return capture.Message.WithDueTime(options?.NotBefore);
    }

    public OutboxMessage PrepareForward(ConsumeContext context, Uri destination, OutboxMessageOptions? options) =>
        ForwardedMessage.Create(context, destination, options);

    public void AppendInsert(NpgsqlBatch batch, IReadOnlyList<OutboxMessage> messages)
    {
        if (messages.Count == 0)
            return;
        claimed.ClaimMessages(messages);
        batch.BatchCommands.Add(OutboxSql.CreateInsert(messages, announced: options.Value.DeliveryEnabled));
    }

    public void Committed(IReadOnlyList<OutboxMessage> messages)
    {
        if (!claimed.EnqueueClaimed(messages))
            signal.Set();
    }

    /// <summary>Send context that keeps the serialized message instead of storing it.</summary>
    private sealed class Capture(IServiceProvider services) : OutboxSendContext
    {
        private OutboxMessage? _message;

        public OutboxMessage Message =>
            _message ?? throw new InvalidOperationException("MassTransit did not serialize the message that was prepared for the outbox.");

        public Task AddSend<T>(SendContext<T> context)
            where T : class
        {
            _message = OutboxMessage.Create(context);
            return Task.CompletedTask;
        }

        public object? GetService(Type serviceType) => services.GetService(serviceType);
    }

    private sealed class OptionsPipe<T>(OutboxMessageOptions? options) : IPipe<SendContext<T>>, IPipe<PublishContext<T>>
        where T : class
    {
        public Task Send(SendContext<T> context)
        {
            context.MessageId = options?.MessageId ?? context.MessageId;
            context.CorrelationId = options?.CorrelationId ?? context.CorrelationId;
            context.Delay = options?.Delay ?? context.Delay;
            foreach (var (key, value) in options?.Headers ?? new Dictionary<string, object>())
                context.Headers.Set(key, value);
            return Task.CompletedTask;
        }

        public Task Send(PublishContext<T> context) => Send((SendContext<T>)context);

        public void Probe(ProbeContext context) => context.CreateScope("outboxOptions");
    }
}
