using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Scheduling;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Scheduling;

/// <summary>Schedules by an outbox row with a due time, and cancels by deleting it: a message already on its way stays so.</summary>
/// <param name="endpoints">Where the message goes to wait: endpoints of an outbox.</param>
/// <param name="session">The transaction to join, or null to store and cancel at once.</param>
internal sealed class PostgresScheduleMessageProvider(ISendEndpointProvider endpoints, NpgsqlDataSource dataSource, Func<PostgresSession?> session)
    : IScheduleMessageProvider
{
    private const string Cancel = "DELETE FROM outbox WHERE token = $1";
    private readonly DelayedScheduleMessageProvider _schedule = new(endpoints);

    public Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class => _schedule.ScheduleSend(destinationAddress, scheduledTime, message, pipe, cancellationToken);

    public async Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Cancel) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = tokenId } } };
        if (session() is not { } open)
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            command.Connection = connection;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        else if (!open.Remove(tokenId))
        {
            command.Connection = await open.OpenAsync(cancellationToken);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) =>
        CancelScheduledSend(tokenId, cancellationToken);
}
