using System.Data;
using System.Text.Json;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Running;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Claims;

/// <summary>Claims jobs and commits their results. Concurrent calls are coalesced into few statements.</summary>
public sealed class JobClaims : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly IOutbox _outbox;
    private readonly JobsOptions _options;
    private readonly RetryOptions _retry;
    private readonly WorkerIdentity _worker;
    private readonly JobChanges _changes;
    private readonly Coalescer<ClaimRequest, ClaimAnswer> _claims;
    private readonly Coalescer<Completion, bool> _completions;

    public JobClaims(
        NpgsqlDataSource database, IOutbox outbox, IOptions<JobsOptions> options, IOptions<RetryOptions> retry,
        WorkerIdentity worker, JobChanges changes, ILogger<JobClaims> logger)
    {
        _database = database;
        _outbox = outbox;
        _options = options.Value;
        _retry = retry.Value;
        _worker = worker;
        _changes = changes;
        _claims = new("claim jobs", ClaimBatchAsync, logger);
        _completions = new("commit results", CompleteBatchAsync, logger);
    }

    /// <summary>Claims the job for this worker, or returns why that is not possible. Waits while the database is away.</summary>
    public Task<ClaimAnswer> ClaimAsync(Guid jobId) => ClaimAsync(jobId, Guid.NewGuid());

    /// <inheritdoc cref="ClaimAsync(Guid)"/>
    /// <param name="token">Token of the new claim, used for no other.</param>
    public Task<ClaimAnswer> ClaimAsync(Guid jobId, Guid token) => _claims.ExecuteAsync(new(jobId, token));

    /// <summary>Commits the result, a JSON value. Waits while the database is away.</summary>
    /// <param name="notification">Message for the whole of a part, stored in the same transaction.</param>
    /// <returns>False if the claim is stale; nothing was changed then.</returns>
    public async Task<bool> CompleteAsync(Claim claim, string result, OutboxMessage? notification = null)
    {
        var completed = await _completions.ExecuteAsync(new(claim, result, notification));
        if (notification is not null)
            _outbox.Committed([notification]);
        return completed;
    }

    public async ValueTask DisposeAsync()
    {
        await _claims.DisposeAsync();
        await _completions.DisposeAsync();
    }

    private async Task<IReadOnlyList<ClaimAnswer>> ClaimBatchAsync(
        IReadOnlyList<ClaimRequest> requests, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        // A claim lost in a crash of the database leaves the job UPLOADED and its token unknown: the result is refused and the job runs
        // again. In return every claim is one disk flush shorter. (SET LOCAL would log a warning for each claim.)
        batch.BatchCommands.Add(new("select set_config('synchronous_commit', 'off', true)"));
        batch.BatchCommands.Add(JobTransitions.Claim(
            requests.Select(request => request.JobId).ToArray(), requests.Select(request => request.Token).ToArray(),
            _worker.Id, _options.Lease, _retry));

        var answers = new Dictionary<Guid, (Guid? Token, ClaimAnswer Answer)>(requests.Count);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                answers[reader.GetGuid("id")] = ReadAnswer(reader);
        }

        foreach (var (_, answer) in answers.Values)
        {
            if (answer.Claim is { } claim)
                _changes.Announce(claim.JobId, claim.IngestId);
        }

        return requests.Select(request => AnswerTo(request, answers)).ToArray();
    }

    private static ClaimAnswer AnswerTo(ClaimRequest request, Dictionary<Guid, (Guid? Token, ClaimAnswer Answer)> answers)
    {
        if (!answers.TryGetValue(request.JobId, out var found))
            return ClaimAnswer.Finished;
        // Two messages of one job shared the batch, and the token of the other one won.
        return found.Token is { } winner && winner != request.Token
            ? new(ClaimOutcome.Running, null, found.Answer.At)
            : found.Answer;
    }

    private static (Guid? Token, ClaimAnswer Answer) ReadAnswer(NpgsqlDataReader row)
    {
        if (!row.IsDBNull("claim_token"))
        {
            var claim = new Claim(
                row.GetGuid("id"), row.GetGuid("claim_token"), row.GetString("type"), row.GetFieldValue<Guid?>("owner_id"),
                row.GetFieldValue<Guid?>("ingest_id"), row.GetFieldValue<Guid?>("asset_id"), row.GetInt32("attempts"),
                row.GetInt32("max_attempts"), JsonElement.Parse(row.GetString("params")))
            {
                ParentId = row.GetFieldValue<Guid?>("parent_id"),
                Waited = row.GetFieldValue<TimeSpan>("waited"),
                Age = row.GetFieldValue<TimeSpan>("age"),
            };
            return (claim.Token, new(ClaimOutcome.Claimed, claim, row.GetFieldValue<DateTimeOffset>("lease_until")));
        }

        return (null, row.GetString("status") switch
        {
            JobStatus.Uploaded => new(ClaimOutcome.NotDue, null, row.GetFieldValue<DateTimeOffset>("not_before")),
            // The whole of parts has no lease and is not claimed.
            JobStatus.Processing when row.IsDBNull("lease_until") => ClaimAnswer.Finished,
            JobStatus.Processing when row.GetBoolean("lapsed") => new(ClaimOutcome.Poison, null, null),
            JobStatus.Processing => new(ClaimOutcome.Running, null, row.GetFieldValue<DateTimeOffset>("lease_until")),
            _ => ClaimAnswer.Finished,
        });
    }

    private async Task<IReadOnlyList<bool>> CompleteBatchAsync(IReadOnlyList<Completion> completions, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.BatchCommands.Add(JobTransitions.Complete(
            completions.Select(completion => completion.Claim.JobId).ToArray(),
            completions.Select(completion => completion.Claim.Token).ToArray(),
            completions.Select(completion => completion.Result).ToArray()));
        // The message of a stale claim is sent too: it only asks the whole to count its parts, which changes nothing then.
        _outbox.AppendInsert(batch, completions.Select(completion => completion.Notification).OfType<OutboxMessage>().ToArray());

        var committed = new HashSet<Guid>(completions.Count);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                committed.Add(reader.GetGuid("claim_token"));
        }

        foreach (var completion in completions.Where(completion => committed.Contains(completion.Claim.Token)))
            _changes.Announce(completion.Claim.JobId, completion.Claim.IngestId);
        return completions.Select(completion => committed.Contains(completion.Claim.Token)).ToArray();
    }

    private readonly record struct ClaimRequest(Guid JobId, Guid Token);

    private readonly record struct Completion(Claim Claim, string Result, OutboxMessage? Notification);
}
