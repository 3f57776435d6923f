using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Parts;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Stats;
using MangaMotion.Messaging.Postgres;
using MangaMotion.Messaging.Postgres.Outbox;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// "Run a job", once, for every worker: waits for a place, claims, works, and ends the attempt in one of the four
/// outcomes. The message is acknowledged when the database holds the outcome, and not before.
/// </summary>
internal sealed class JobRunner(
    JobClaims claims, JobEndings endings, JobReplays replays, JobParts parts, RunningJobs runningJobs, JobEntrance entrance, OutageHold outage, JobShutdown shutdown,
    JobChanges changes, JobLatencies latencies, IOutbox outbox, NpgsqlDataSource database, IOptions<JobsOptions> options, IOptions<RetryOptions> retry,
    ILogger<JobRunner> logger)
    : IJobRunner
{
    public async Task RunAsync<TCommand, TResult>(
        ConsumeContext<TCommand> context, Guid jobId, Func<JobRun<TCommand>, CancellationToken, Task<TResult>> work)
        where TCommand : class
    {
        try
        {
            await RunHereAsync(context, jobId, work);
        }
        catch (OperationCanceledException stopped) when (shutdown.NoNewWork.IsCancellationRequested)
        {
            // While the endpoint still consumes, the broker would send the message here again and again, and count.
            await Task.Delay(JobShutdown.EndpointTime, CancellationToken.None);
            logger.LogDebug(stopped, "The message of job {JobId} goes back to the broker: this worker stops", jobId);
            throw new WorkerStopsException();
        }
    }

    private async Task RunHereAsync<TCommand, TResult>(
        ConsumeContext<TCommand> context, Guid jobId, Func<JobRun<TCommand>, CancellationToken, Task<TResult>> work)
        where TCommand : class
    {
        var queue = QueueOf(context);
        using var place = await entrance.EnterAsync(queue);

        if (DeadLetterHeaders.ReadId(context) is { } deadLetter)
            await ReachAsync("replay a moved message", cancellation => replays.ReplayMovedMessageAsync(jobId, deadLetter, cancellation));

        var token = Guid.NewGuid();
        using var running = runningJobs.Expect(token);
        var answer = await claims.ClaimAsync(jobId, token);
        switch (answer.Outcome)
        {
            case ClaimOutcome.Claimed:
                await AttemptAsync(context, queue, running, answer.Claim!, work);
                break;
            case ClaimOutcome.Poison:
                await BuryAsync(context, queue, jobId, token: null, JobFailure.Poison(retry.Value.MaxCrashes));
                break;
            case ClaimOutcome.NotDue or ClaimOutcome.Running:
                await ReachAsync("put a message off", cancellation => PutOffAsync(context, queue, answer.At, cancellation));
                break;
            default:
                logger.LogDebug("Job {JobId} is over already; a late or repeated message of it is dropped", jobId);
                break;
        }
    }

    private async Task AttemptAsync<TCommand, TResult>(
        ConsumeContext<TCommand> context, string queue, RunningJob running, Claim claim, Func<JobRun<TCommand>, CancellationToken, Task<TResult>> work)
        where TCommand : class
    {
        using var scope = logger.BeginScope(new Dictionary<string, object>
        {
            ["job_id"] = claim.JobId,
            ["attempt"] = claim.Attempt,
        });
        Activity.Current?.SetTag("mangamotion.job.id", claim.JobId).SetTag("mangamotion.job.attempt", claim.Attempt);
        running.Begin(claim, options.Value.TimeLimit, shutdown.Interrupt);
        var started = Stopwatch.GetTimestamp();

        string outcome;
        try
        {
            var result = await work(new(context.Message, claim) { Reported = Report }, running.Token);
            var told = await parts.PrepareEndedAsync(claim, queue, CancellationToken.None);
            outcome = await claims.CompleteAsync(claim, JsonSerializer.Serialize(result, JobType.Json), told) ? "done" : Stale(claim);
        }
        catch (Exception exception)
        {
            outcome = await EndAsync(context, queue, running, exception);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        JobMeter.Ended(claim.Type, outcome, elapsed);
        latencies.Record(claim, outcome, elapsed);

        void Report(string stage, int progress)
        {
            running.Progress = new(stage, (short)Math.Clamp(progress, 0, 100));
            changes.Report(claim.ParentId ?? claim.JobId, claim.IngestId, stage, progress);
        }
    }

    private async Task<string> EndAsync<TCommand>(ConsumeContext<TCommand> context, string queue, RunningJob running, Exception exception)
        where TCommand : class
    {
        var claim = running.Claim;
        switch (running.Reason)
        {
            case StopReason.ClaimLost:
                return Stale(claim);
            case StopReason.Shutdown when exception is not PermanentJobException:
                logger.LogInformation("Handing job {JobId} back: this worker stops", claim.JobId);
                var again = outbox.PrepareForward(context, JobType.AddressOf(queue), options: null);
                return await ReachAsync("hand a job back", token => endings.HandBackAsync(claim, again, token))
                    ? "interrupted"
                    : Stale(claim);
            case StopReason.TimeLimit:
                exception = new TimeoutException(
                    $"The attempt was stopped at the hard limit of {options.Value.TimeLimit} (Jobs__TimeLimit).", exception);
                break;
        }

        var failure = JobFailure.From(exception);
        if (!failure.Permanent && await outage.IsOutageAsync() && !await IsHeldTooLongAsync(claim))
            return await HandBackUncountedAsync(context, queue, claim, failure, retry.Value.DelayAfter(1, Random.Shared.NextDouble()));
        if (exception is TransientJobException { IsWorkerFault: true }
            && await HandBackLaterAsync(context, queue, claim, failure) is { } outcome)
        {
            return outcome;
        }

        if (failure.Permanent || claim.Attempt >= claim.MaxAttempts)
            return await BuryAsync(context, queue, claim.JobId, claim.Token, failure);

        var delay = retry.Value.DelayAfter(claim.Attempt, Random.Shared.NextDouble());
        logger.LogWarning(exception, "Attempt {Attempt} of {MaxAttempts} of job {JobId} failed; the next one starts in {Delay}",
            claim.Attempt, claim.MaxAttempts, claim.JobId, delay);
        var retried = await ReachAsync("schedule the next attempt", token => endings.RetryLaterAsync(
            claim, failure, delay, due => Redelivery(context, queue, due), token));
        return retried ? "transient" : Stale(claim);
    }

    /// <summary>Hands a job back uncounted after a fault of this worker's machine.</summary>
    /// <returns>
    /// The outcome. Null once the job has met <see cref="RetryOptions.MaxWorkerFaults"/> faults: its attempts count then, so that a file
    /// which imitates such a fault comes to an end.
    /// </returns>
    private async Task<string?> HandBackLaterAsync<TCommand>(
        ConsumeContext<TCommand> context, string queue, Claim claim, JobFailure failure)
        where TCommand : class
    {
        var faults = await ReachAsync("count a job's worker faults", token => endings.CountWorkerFaultsAsync(claim.JobId, token));
        if (faults >= RetryOptions.MaxWorkerFaults)
            return null;

        var delay = retry.Value.DelayAfter(faults + 1, Random.Shared.NextDouble());
        logger.LogWarning(
            "This worker's machine failed job {JobId}. The attempt does not count; the next one starts in {Delay}: {ToolOutput}",
            claim.JobId, delay, failure.ToolOutput);
        return await HandBackUncountedAsync(context, queue, claim, failure, delay);
    }

    private Task<bool> IsHeldTooLongAsync(Claim claim) => ReachAsync(
        "find how long a job is held", token => endings.IsHeldTooLongAsync(claim, outage.HoldAtMost, token));

    private async Task<string> HandBackUncountedAsync<TCommand>(
        ConsumeContext<TCommand> context, string queue, Claim claim, JobFailure failure, TimeSpan delay)
        where TCommand : class
    {
        var handedBack = await ReachAsync("hand a job back", token => endings.HandBackLaterAsync(
            claim, failure, delay, due => Redelivery(context, queue, due), token));
        return handedBack ? "interrupted" : Stale(claim);
    }

    private async Task<string> BuryAsync<TCommand>(
        ConsumeContext<TCommand> context, string queue, Guid jobId, Guid? token, JobFailure failure)
        where TCommand : class
    {
        var errorQueue = $"{Lanes.FrontOf(queue)}_error";
        var id = Guid.NewGuid();
        var message = outbox.PrepareForward(
            context, JobType.AddressOf(errorQueue), new() { Headers = DeadLetterHeaders.Create(id, failure, context) });
        var buried = await ReachAsync("bury a dead letter", cancellation => endings.DeadLetterAsync(
            jobId, token, id, failure, errorQueue, message, cancellation));
        if (buried)
            logger.LogError(
                "Job {JobId} failed for good ({Code}), its message is in {ErrorQueue}: {Reason}", jobId, failure.Code, errorQueue,
                failure.Message);
        return buried ? "dead_letter" : "stale";
    }

    private async Task<bool> PutOffAsync<TCommand>(
        ConsumeContext<TCommand> context, string queue, DateTimeOffset? until, CancellationToken cancellationToken)
        where TCommand : class
    {
        OutboxMessage[] messages = [Redelivery(context, queue, until)];
        await using var batch = database.CreateBatch();
        outbox.AppendInsert(batch, messages);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Committed(messages);
        return true;
    }

    private OutboxMessage Redelivery<TCommand>(ConsumeContext<TCommand> context, string queue, DateTimeOffset? due)
        where TCommand : class =>
        outbox.PrepareForward(context, JobType.AddressOf(queue), new()
        {
            NotBefore = due,
            Headers = new Dictionary<string, object> { [MessageHeaders.RedeliveryCount] = context.GetRedeliveryCount() + 1 },
        });

    private string Stale(Claim claim)
    {
        logger.LogWarning(
            "Job {JobId} was canceled or taken over; what attempt {Attempt} of this worker made is dropped", claim.JobId, claim.Attempt);
        return "stale";
    }

    private Task<T> ReachAsync<T>(string operation, Func<CancellationToken, Task<T>> execute) =>
        DatabaseOutage.RideOutAsync(operation, execute, logger, shutdown.Abandon);

    private static string QueueOf(ConsumeContext context) => context.ReceiveContext.InputAddress.Segments[^1];
}
