using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Jobs.Running;

/// <summary>Claims a job and runs one attempt, or ends or postpones a message whose job cannot be claimed.</summary>
internal sealed class JobAttempts(
    JobClaims claims, RunningJobs runningJobs, AttemptWork work, FailedAttempts failures, JobShutdown shutdown,
    IOptions<JobsOptions> options, ILogger<JobAttempts> logger)
{
    public async Task RunAsync<TResult>(
        JobMessage message, Guid jobId, Func<Claim, Action<string, int>, CancellationToken, Task<TResult>> execute)
    {
        var token = Guid.NewGuid();
        using var running = runningJobs.Expect(token);
        var answer = await claims.ClaimAsync(jobId, token);
        switch (answer.Outcome)
        {
            case ClaimOutcome.Claimed:
                running.Begin(answer.Claim!, options.Value.TimeLimit, shutdown.Interrupt);
                await work.RunAsync(message, running, execute);
                break;
            case ClaimOutcome.Poison:
                await failures.DeadLetterPoisonAsync(message, jobId);
                break;
            case ClaimOutcome.NotDue or ClaimOutcome.Running:
                await failures.PostponeAsync(message, answer.At);
                break;
            default:
                logger.LogDebug("Job {JobId} has ended: a late or repeated message dropped.", jobId);
                break;
        }
    }
}
