using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Notices;

/// <summary>Receives Postgres notifications for all handlers over one connection. A notification may be missed during an outage.</summary>
internal sealed class NoticeListener(NpgsqlDataSource database, IEnumerable<NoticeHandler> handlers, ILogger<NoticeListener> logger)
    : BackgroundService
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(200);

    private readonly ILookup<string, NoticeHandler> _handlers = handlers.ToLookup(handler => handler.Channel, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await DatabaseOutage.RideOutAsync(
                    "listen for notifications", ListenAsync, logger, stoppingToken);
                while (true)
                    await connection.WaitAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.Log(DatabaseOutage.LevelOf(exception), exception, "Connection for notifications lost. Reconnecting.");
                await Task.Delay(ReconnectPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception)
            {
                logger.LogDebug(exception, "Connection for notifications closed: the service stops");
            }
        }
    }

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            connection.Notification += (_, notice) => Handle(notice);
            await using var listen = new NpgsqlCommand(string.Join(';', _handlers.Select(channel => $"listen {channel.Key}")), connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void Handle(NpgsqlNotificationEventArgs notice)
    {
        foreach (var handler in _handlers[notice.Channel])
        {
            try
            {
                handler.Handle(notice.Payload);
            }
            catch (Exception exception)
            {
                // Any client of the database can send a notification, so an invalid payload must not stop the other handlers.
                logger.LogWarning(exception, "A notification on channel {Channel} could not be handled", notice.Channel);
            }
        }
    }
}

/// <summary>Handler of the notifications of one channel.</summary>
/// <param name="Handle">Receives the payload; must not block.</param>
public sealed record NoticeHandler(string Channel, Action<string> Handle);
