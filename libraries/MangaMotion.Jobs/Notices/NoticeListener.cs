using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Notices;

/// <summary>Hears Postgres's NOTIFY for whoever asks, over one connection. A notice may be missed while the database is away.</summary>
internal sealed class NoticeListener(NpgsqlDataSource database, IEnumerable<NoticeHandler> handlers, ILogger<NoticeListener> logger)
    : BackgroundService
{
    private readonly ILookup<string, NoticeHandler> _handlers = handlers.ToLookup(handler => handler.Channel, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await DatabaseOutage.RideOutAsync("be listened to", ListenAsync, logger, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notice) =>
        {
            foreach (var handler in _handlers[notice.Channel])
                handler.Handle(notice.Payload);
        };
        await using (var listen = new NpgsqlCommand(string.Join(';', _handlers.Select(channel => $"listen {channel.Key}")), connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        while (true)
            await connection.WaitAsync(cancellationToken);
    }
}

/// <summary>What to do with the notices of one channel; <paramref name="Handle"/> must not block.</summary>
public sealed record NoticeHandler(string Channel, Action<string> Handle);
