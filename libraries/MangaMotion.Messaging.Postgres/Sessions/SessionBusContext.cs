using MangaMotion.Messaging.Postgres.Outbox;
using MassTransit;
using MassTransit.Clients;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;

namespace MangaMotion.Messaging.Postgres.Sessions;

/// <summary>
/// Provides the bus outbox, which collects a scope's messages in its session. Inside a consumer it provides the consume context, as without
/// an outbox.
/// </summary>
internal sealed class SessionBusContextProvider(
    IBus bus, PostgresSession session, Bind<IBus, IClientFactory> clientFactory, Bind<IBus, IScopedConsumeContextProvider> consume,
    IServiceProvider services)
    : IScopedBusContextProvider<IBus>
{
    public ScopedBusContext Context { get; } = consume.Value.HasContext
        ? new ConsumeContextScopedBusContext(consume.Value.GetContext(), clientFactory.Value)
        : new SessionBusContext(bus, session, clientFactory.Value, services);
}

/// <summary>Bus context that collects messages in the scope's session.</summary>
internal sealed class SessionBusContext(IBus bus, PostgresSession session, IClientFactory clientFactory, IServiceProvider services)
    : ScopedBusContext, OutboxSendContext
{
    public ISendEndpointProvider SendEndpointProvider => field ??= new OutboxSendEndpointProvider(this, bus);

    public IPublishEndpoint PublishEndpoint => field ??= new PublishEndpoint(new OutboxPublishEndpointProvider(this, bus));

    // A request waits for its response in the same scope, so it cannot wait for a commit and is sent to the broker directly.
    public IScopedClientFactory ClientFactory =>
        field ??= new ScopedClientFactory(new ClientFactory(new ScopedClientFactoryContext(clientFactory, services)), null);

    public Task AddSend<T>(SendContext<T> context)
        where T : class
    {
        session.Add(OutboxMessage.Create(context));
        return Task.CompletedTask;
    }

    public object? GetService(Type serviceType) => services.GetService(serviceType);
}
