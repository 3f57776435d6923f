using MangaMotion.Jobs.Notices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Replays;

/// <summary>Works at <see cref="ReplayBatches"/> from its start on, so what another process left is taken up.</summary>
internal sealed class ReplayReleaser(ReplayBatches batches, ReplayReleaser.Signal signal, ILogger<ReplayReleaser> logger) : BackgroundService
{
    /// <summary>Also the pause after a step that failed, whatever the reason: the batch stays where it is.</summary>
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await batches.StepAsync(stoppingToken))
                {
                    // Until nothing is left to do.
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(exception, "A step of a replay batch was not done and is tried again within {Pause}", SafetyInterval);
            }

            await signal.WaitAsync(SafetyInterval, stoppingToken);
        }
    }

    internal sealed class Signal() : NoticeSignal(ReplayBatches.Channel);
}
