using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Notices;

/// <summary>Hears Postgres's NOTIFY for whoever asks, over one connection. A notice may be missed while the database is away.</summary>
internal sealed class NoticeListener(NpgsqlDataSource database, IEnumerable<NoticeHandler> handlers, ILogger<NoticeListener> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ILookup<string, NoticeHandler> _handlers = handlers.ToLookup(handler => handler.Channel, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await DatabaseOutage.RideOutAsync("be listened to", ListenAsync, logger, stoppingToken);
                while (true)
                    await connection.WaitAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.Log(DatabaseOutage.LevelOf(exception), exception, "Notices are not heard for the moment");
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception)
            {
                logger.LogDebug(exception, "Notices are heard no longer: the service stops");
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
                // Whoever may connect may notify; and one handler's failure is not the next one's.
                logger.LogWarning(exception, "A notice of channel {Channel} was not understood", notice.Channel);
            }
        }
    }
}

/// <summary>What to do with the notices of one channel; <paramref name="Handle"/> must not block.</summary>
public sealed record NoticeHandler(string Channel, Action<string> Handle);
