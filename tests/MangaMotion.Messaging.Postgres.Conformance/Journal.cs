using System.Collections.Concurrent;
using MassTransit;

namespace MangaMotion.Messaging.Postgres.Conformance;

/// <summary>Messages of one type that the broker delivered, in order of arrival.</summary>
internal sealed class Journal<T>
    where T : class
{
    private readonly ConcurrentQueue<ConsumeContext<T>> _received = new();

    public IReadOnlyList<ConsumeContext<T>> Received => [.. _received];

    /// <summary>Consumes one message at a time from the named queue, or from a temporary one.</summary>
    public void Listen(
        IRabbitMqBusFactoryConfigurator cfg, string? queue = null, Action<IRabbitMqReceiveEndpointConfigurator>? configure = null)
    {
        cfg.ReceiveEndpoint(queue ?? $"journal-{typeof(T).Name}", endpoint =>
        {
            endpoint.ConcurrentMessageLimit = 1;
            configure?.Invoke(endpoint);
            endpoint.Handler<T>(context =>
            {
                _received.Enqueue(context);
                return Task.CompletedTask;
            });
        });
    }
}
