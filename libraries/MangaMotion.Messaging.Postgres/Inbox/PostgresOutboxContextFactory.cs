using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Middleware;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Inbox;

/// <summary>One transaction per delivery: insert the inbox row, consume, store the outbox rows, commit.</summary>
internal sealed class PostgresOutboxContextFactory(PostgresSession session, IServiceProvider services) : IOutboxContextFactory<PostgresSession>
{
    private const string InsertInbox = "INSERT INTO inbox (message_id, consumer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    public Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class => SendAsync(context, options, next, SaveNothing);

    public void Probe(ProbeContext context) => context.CreateFilterScope("postgresOutbox");

    /// <param name="save">What to save after the consumer and before the commit.</param>
    internal async Task SendAsync<T>(
        ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next, Func<CancellationToken, Task> save)
        where T : class
    {
        // A redelivery carries a new id beside the original one.
        var messageId = context.GetOriginalMessageId() ?? throw new MessageException(typeof(T), "The inbox needs a message id.");
        try
        {
            await session.OpenAsync(context.CancellationToken);
            // Where the same message is being consumed elsewhere, the unique key waits for that transaction's end.
            var fresh = await InsertInboxAsync(messageId, options.ConsumerId, context.CancellationToken);
            if (!fresh)
                OutboxTelemetry.Duplicates.Add(1);
            var consume = new PostgresOutboxConsumeContext<T>(context, options, services, session, save, consumed: !fresh);
            try
            {
                await next.Send(consume);
            }
            finally
            {
                consume.Close();
            }

            await session.CommitAsync(context.CancellationToken);
        }
        catch
        {
            // The scope may live on for a retry, which will publish again.
            session.Clear();
            await session.RollbackAsync();
            throw;
        }
    }

    private static Task SaveNothing(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> InsertInboxAsync(Guid messageId, Guid consumerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(InsertInbox, session.Connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = consumerId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
