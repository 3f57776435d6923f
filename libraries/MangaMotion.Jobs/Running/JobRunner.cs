using MangaMotion.Jobs.Replays;
using MangaMotion.Messaging.Postgres.Outbox;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Runs jobs for all workers: waits for a place, then claims the job and runs one attempt. The message is acknowledged once the database
/// holds the outcome.
/// </summary>
internal sealed class JobRunner(
    JobEntrance entrance, JobReplays replays, JobAttempts attempts, IOutbox outbox, JobShutdown shutdown, ILogger<JobRunner> logger)
    : IJobRunner
{
    public async Task RunAsync<TCommand, TResult>(
        ConsumeContext<TCommand> context, Guid jobId, Func<JobRun<TCommand>, CancellationToken, Task<TResult>> work)
        where TCommand : class
    {
        var message = new JobMessage(context, outbox);
        try
        {
            using var place = await entrance.EnterAsync(message.Queue);
            if (message.DeadLetterId is { } deadLetter)
            {
                await shutdown.RideOutAsync(
                    "replay a moved message", token => replays.ReplayMovedMessageAsync(jobId, deadLetter, token), logger);
            }

            await attempts.RunAsync(message, jobId, (claim, report, token) =>
                work(new(context.Message, claim) { Reported = report }, token));
        }
        catch (OperationCanceledException stopped) when (shutdown.NoNewWork.IsCancellationRequested)
        {
            // While the endpoint still consumes, the broker would deliver the message here again and again, and count each time.
            await Task.Delay(JobShutdown.EndpointTime, CancellationToken.None);
            logger.LogDebug(stopped, "Worker stops: message of job {JobId} returned to the broker.", jobId);
            throw new WorkerStopsException();
        }
    }
}
