using MangaMotion.Jobs.Notices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Replays;

/// <summary>
/// Carries out <see cref="ReplayBatches"/> in the background, beginning with the batches that another process left unfinished.
/// </summary>
internal sealed class ReplayReleaser(
    ReplayBatches batches, ReplayReleaser.Signal signal, ILogger<ReplayReleaser> logger) : BackgroundService
{
    /// <summary>Longest time without a look at the table, and the pause after a step that failed.</summary>
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await batches.StepAsync(stoppingToken))
                {
                    // Steps follow each other until no batch has anything to do.
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(exception, "A step of a replay batch failed. Retrying within {Pause}.", SafetyInterval);
            }

            await signal.WaitAsync(SafetyInterval, stoppingToken);
        }
    }

    internal sealed class Signal() : NoticeSignal(ReplayBatches.Channel);
}
