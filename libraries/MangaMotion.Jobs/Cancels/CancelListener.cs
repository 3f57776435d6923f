using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Running;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Cancels;

/// <summary>Hears of canceled jobs by NOTIFY and stops those that run here. What it misses the heartbeat finds.</summary>
internal sealed class CancelListener(NpgsqlDataSource database, RunningJobs runningJobs, ILogger<CancelListener> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DatabaseOutage.RideOutAsync("listen for canceled jobs", ListenAsync, logger, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => runningJobs.StopCanceled(Guid.Parse(notification.Payload));
        await using (var listen = new NpgsqlCommand($"listen {JobCancels.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        while (true)
            await connection.WaitAsync(cancellationToken);
    }
}
