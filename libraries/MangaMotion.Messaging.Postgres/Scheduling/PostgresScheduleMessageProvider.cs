using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.Scheduling;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Scheduling;

/// <summary>
/// Schedules a message as an outbox row with a due time. Cancels it by deleting the row; a message that was sent stays sent.
/// </summary>
/// <param name="endpoints">Endpoints of an outbox, which store the message.</param>
/// <param name="session">Gets the session to join; null stores and cancels immediately.</param>
internal sealed class PostgresScheduleMessageProvider(
    ISendEndpointProvider endpoints, NpgsqlDataSource dataSource, Func<PostgresSession?> session)
    : IScheduleMessageProvider
{
    /// <summary>Deletes a scheduled message. A delete fires no trigger.</summary>
    private const string DeleteScheduled = "delete from outbox where token = @token";

    private readonly DelayedScheduleMessageProvider _schedule = new(endpoints);

    public Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class => _schedule.ScheduleSend(destinationAddress, scheduledTime, message, pipe, cancellationToken);

    public async Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(DeleteScheduled) { Parameters = { new NpgsqlParameter<Guid>("token", tokenId) } };
        if (session() is not { } open)
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            command.Connection = connection;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        else if (!open.RemoveCollected(tokenId))
        {
            command.Connection = await open.OpenAsync(cancellationToken);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) =>
        CancelScheduledSend(tokenId, cancellationToken);
}
