using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Failures;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Ends attempts that did not succeed. In this order:
/// the claim was lost: nothing is stored;
/// the worker stops, or a shared server or the worker's machine failed: the job is handed back, and the attempt does not count;
/// the failure is permanent, or it was the last attempt: dead letter;
/// otherwise: a retry.
/// </summary>
internal sealed class FailedAttempts(
    JobEndings endings, OutageHold outage, JobShutdown shutdown, IOptions<JobsOptions> options, IOptions<RetryOptions> retry,
    ILogger<FailedAttempts> logger)
{
    public async Task<AttemptOutcome> EndAsync(JobMessage message, RunningJob running, Exception exception)
    {
        var claim = running.Claim;
        switch (running.Reason)
        {
            case StopReason.ClaimLost:
                return DropStale(claim);
            case StopReason.Shutdown when exception is not PermanentJobException:
                logger.LogInformation("Worker stops: job {JobId} handed back.", claim.JobId);
                return await RideOutAsync("hand a job back", token => endings.HandBackAsync(claim, message.HandBack(), token))
                    ? AttemptOutcome.Interrupted
                    : DropStale(claim);
            case StopReason.TimeLimit:
                exception = new TimeoutException(
                    $"The attempt was stopped at the hard limit of {options.Value.TimeLimit} (Jobs__TimeLimit).", exception);
                break;
        }

        var failure = JobFailure.From(exception);
        if (!failure.Permanent && await outage.IsOutageAsync() && !await IsHeldTooLongAsync(claim))
            return await HandBackLaterAsync(message, claim, failure, ChooseDelay(attempt: 1));
        if (exception is TransientJobException { IsWorkerFault: true }
            && await HandBackFaultAsync(message, claim, failure, exception) is { } outcome)
        {
            return outcome;
        }

        if (failure.Permanent || claim.Attempt >= claim.MaxAttempts)
            return await DeadLetterAsync(message, claim.JobId, claim.Token, failure);
        return await RetryAsync(message, claim, failure, exception);
    }

    /// <summary>Ends a job in which workers crashed too often.</summary>
    public Task DeadLetterPoisonAsync(JobMessage message, Guid jobId) =>
        DeadLetterAsync(message, jobId, token: null, JobFailure.Poison(retry.Value.MaxCrashes));

    /// <summary>Delivers a message later whose job is not due, or is claimed by another worker.</summary>
    /// <param name="due">Time of the next delivery; null for now.</param>
    public Task PostponeAsync(JobMessage message, DateTimeOffset? due) =>
        RideOutAsync("postpone a message", token => endings.PostponeAsync(message.Redeliver(due), token));

    public AttemptOutcome DropStale(Claim claim)
    {
        logger.LogWarning(
            "Job {JobId} was canceled or claimed by another worker: results of attempt {Attempt} of this worker dropped.",
            claim.JobId, claim.Attempt);
        return AttemptOutcome.Stale;
    }

    private async Task<AttemptOutcome> RetryAsync(JobMessage message, Claim claim, JobFailure failure, Exception exception)
    {
        var delay = ChooseDelay(claim.Attempt);
        logger.LogWarning(
            exception, "Attempt {Attempt} of {MaxAttempts} of job {JobId} failed. Retrying in {Delay}.",
            claim.Attempt, claim.MaxAttempts, claim.JobId, delay);
        return await RideOutAsync(
            "schedule the next attempt", token => endings.RetryLaterAsync(claim, failure, delay, message.Redeliver, token))
            ? AttemptOutcome.Transient
            : DropStale(claim);
    }

    /// <summary>Hands a job back after a fault of this worker's machine.</summary>
    /// <returns>
    /// Null once the job has met <see cref="RetryOptions.MaxWorkerFaults"/> faults. Its attempts count then, so that a file which imitates
    /// such a fault is not retried without end.
    /// </returns>
    private async Task<AttemptOutcome?> HandBackFaultAsync(JobMessage message, Claim claim, JobFailure failure, Exception exception)
    {
        var faults = await RideOutAsync("count a job's worker faults", token => endings.CountWorkerFaultsAsync(claim.JobId, token));
        if (faults >= RetryOptions.MaxWorkerFaults)
            return null;

        var delay = ChooseDelay(faults + 1);
        logger.LogWarning(
            "Machine of this worker failed job {JobId}. Attempt not counted. Retrying in {Delay}: {Cause}",
            claim.JobId, delay, failure.ToolOutput ?? (exception.InnerException ?? exception).Message);
        return await HandBackLaterAsync(message, claim, failure, delay);
    }

    private async Task<AttemptOutcome> HandBackLaterAsync(JobMessage message, Claim claim, JobFailure failure, TimeSpan delay) =>
        await RideOutAsync("hand a job back", token => endings.HandBackLaterAsync(claim, failure, delay, message.Redeliver, token))
            ? AttemptOutcome.Interrupted
            : DropStale(claim);

    private async Task<AttemptOutcome> DeadLetterAsync(JobMessage message, Guid jobId, Guid? token, JobFailure failure)
    {
        var id = Guid.NewGuid();
        var letter = message.DeadLetter(id, failure);
        if (!await RideOutAsync("record a dead letter", cancellation => endings.DeadLetterAsync(
            jobId, token, id, failure, message.ErrorQueue, letter, cancellation)))
        {
            return AttemptOutcome.Stale;
        }

        logger.LogError(
            "Job {JobId} failed ({Code}): dead letter in {ErrorQueue}: {Reason}", jobId, failure.Code, message.ErrorQueue, failure.Message);
        return AttemptOutcome.DeadLetter;
    }

    private Task<bool> IsHeldTooLongAsync(Claim claim) => RideOutAsync(
        "find how long a job is held", token => endings.IsHeldTooLongAsync(claim, outage.HoldAtMost, token));

    private TimeSpan ChooseDelay(int attempt) => retry.Value.DelayAfter(attempt, Random.Shared.NextDouble());

    private Task<T> RideOutAsync<T>(string operation, Func<CancellationToken, Task<T>> execute) =>
        shutdown.RideOutAsync(operation, execute, logger);
}
