using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Middleware;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Inbox;

/// <summary>Runs each delivery in one transaction: insert the inbox row, consume, store the outbox rows, commit.</summary>
internal sealed class PostgresOutboxContextFactory(PostgresSession session, IServiceProvider services)
    : IOutboxContextFactory<PostgresSession>
{
    /// <summary>Inserts the inbox row of a delivery. The table has no triggers. Positional: it runs for every message.</summary>
    private const string InsertInbox = "insert into inbox (message_id, consumer_id) values ($1, $2) on conflict do nothing";

    public Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class => SendAsync(context, options, next, SaveNothingAsync);

    public void Probe(ProbeContext context) => context.CreateFilterScope("postgresOutbox");

    /// <summary>Runs one delivery.</summary>
    /// <param name="save">Saves changes after the consumer and before the commit.</param>
    internal async Task SendAsync<T>(
        ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next, Func<CancellationToken, Task> save)
        where T : class
    {
        // A redelivery has a new id besides the original one.
        var messageId = context.GetOriginalMessageId() ?? throw new MessageException(typeof(T), "The inbox needs a message id.");
        try
        {
            await session.OpenAsync(context.CancellationToken);
            // If another instance consumes the same message, the unique key makes this insert wait for its transaction.
            var isNew = await InsertInboxAsync(messageId, options.ConsumerId, context.CancellationToken);
            if (!isNew)
                OutboxTelemetry.Duplicates.Add(1);
            var consume = new PostgresOutboxConsumeContext<T>(context, options, services, session, save, consumed: !isNew);
            try
            {
                await next.Send(consume);
            }
            finally
            {
                consume.CloseSession();
            }

            await session.CommitAsync(context.CancellationToken);
        }
        catch
        {
            // A retry in the same scope publishes the messages again.
            session.ClearCollected();
            await session.RollbackAsync();
            throw;
        }
    }

    private static Task SaveNothingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> InsertInboxAsync(Guid messageId, Guid consumerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(InsertInbox, session.Connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = consumerId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
