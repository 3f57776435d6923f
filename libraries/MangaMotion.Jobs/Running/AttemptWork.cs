using System.Diagnostics;
using System.Text.Json;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Parts;
using MangaMotion.Jobs.Stats;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Running;

/// <summary>Runs the work of a claimed job, commits its result or ends the failed attempt, and measures it.</summary>
internal sealed class AttemptWork(
    JobClaims claims, JobParts parts, JobChanges changes, FailedAttempts failures, JobLatencies latencies, ILogger<AttemptWork> logger)
{
    public async Task RunAsync<TResult>(
        JobMessage message, RunningJob running, Func<Claim, Action<string, int>, CancellationToken, Task<TResult>> execute)
    {
        var claim = running.Claim;
        using var scope = logger.BeginScope(new Dictionary<string, object>
        {
            ["job_id"] = claim.JobId,
            ["attempt"] = claim.Attempt,
        });
        Activity.Current?.SetTag("mangamotion.job.id", claim.JobId).SetTag("mangamotion.job.attempt", claim.Attempt);
        var started = Stopwatch.GetTimestamp();

        AttemptOutcome outcome;
        try
        {
            var result = await execute(claim, Report, running.Token);
            var notification = await parts.PrepareEndedAsync(claim, message.Queue, CancellationToken.None);
            outcome = await claims.CompleteAsync(claim, JsonSerializer.Serialize(result, JobType.Json), notification)
                ? AttemptOutcome.Done
                : failures.DropStale(claim);
        }
        catch (Exception exception)
        {
            outcome = await failures.EndAsync(message, running, exception);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        JobMeter.Record(claim.Type, outcome, elapsed);
        latencies.Record(claim, outcome, elapsed);

        void Report(string stage, int progress)
        {
            running.Progress = new(stage, (short)Math.Clamp(progress, 0, 100));
            changes.Report(claim.ParentId ?? claim.JobId, claim.IngestId, stage, progress);
        }
    }
}
