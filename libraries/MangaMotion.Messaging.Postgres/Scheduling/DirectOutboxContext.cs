using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Middleware;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Scheduling;

/// <summary>Stores each message in the open transaction or, without one, immediately in a separate transaction.</summary>
internal sealed class DirectOutboxContext(
    NpgsqlDataSource dataSource, IOutbox outbox, IServiceProvider services, Func<PostgresSession?> session)
    : OutboxSendContext
{
    public async Task AddSend<T>(SendContext<T> context)
        where T : class
    {
        var message = OutboxMessage.Create(context);
        if (session() is { } open)
        {
            open.Add(message);
            return;
        }

        await using var connection = await dataSource.OpenConnectionAsync(context.CancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        outbox.AppendInsert(batch, [message]);
        await batch.ExecuteNonQueryAsync(context.CancellationToken);
        outbox.Committed([message]);
    }

    public object? GetService(Type serviceType) => services.GetService(serviceType);
}
