using System.Text.Json;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Running;
using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Claims;

/// <summary>The hot path of a job: claim it, commit its result. Both are coalesced into few statements.</summary>
public sealed class JobClaims : IAsyncDisposable
{
    // Rows are locked in the order of their ids, so that two batches that share jobs cannot deadlock.
    // A claim that the database already holds under this token is ours too: its commit was not heard of.
    // clock_timestamp() and not now(): a statement that waited for a lock must not act on an old time.
    private const string ClaimSql =
        """
        with request as materialized (
          select * from unnest($1::uuid[], $2::uuid[]) as r (id, token)),
        locked as materialized (
          select j.id, j.status, j.lease_until, j.not_before, j.crashes, j.claim_token, j.attempts, j.created_at, j.updated_at from jobs j
          where j.id = any($1) order by j.id for update),
        claimed as (
          update jobs j set
            status = 'PROCESSING', claim_token = r.token, claimed_by = $3,
            lease_until = clock_timestamp() + $4, max_attempts = $5, stage = null,
            -- A part that is tried again does not take back what its whole has told.
            progress = case when j.parent_id is null then 0 else j.progress end,
            attempts = j.attempts + case when l.status = 'UPLOADED' then 1 else 0 end,
            crashes = j.crashes + case when l.status = 'PROCESSING' and l.claim_token is distinct from r.token then 1 else 0 end,
            started_at = clock_timestamp(), updated_at = clock_timestamp()
          from locked l join request r on r.id = l.id
          where j.id = l.id and (
            (l.status = 'UPLOADED' and (l.not_before is null or l.not_before <= clock_timestamp()))
            or (l.status = 'PROCESSING' and l.lease_until < clock_timestamp() and l.crashes + 1 < $6)
            or (l.status = 'PROCESSING' and l.claim_token = r.token))
          returning j.id, j.claim_token, j.type, j.owner_id, j.ingest_id, j.asset_id, j.attempts, j.max_attempts, j.params, j.parent_id, j.started_at, j.lease_until),
        started as (
          insert into job_attempts (job_id, token, worker_id) select id, claim_token, $3 from claimed on conflict do nothing),
        crashed as (
          update job_attempts a set outcome = 'crashed', ended_at = clock_timestamp(), error = 'the lease lapsed: the worker died or lost the database'
          from locked l join claimed c on c.id = l.id
          where l.status = 'PROCESSING' and a.job_id = l.id and a.token = l.claim_token and a.token <> c.claim_token)
        select l.id, l.status, coalesce(c.lease_until, l.lease_until), l.not_before, l.lease_until < clock_timestamp(), c.claim_token,
               c.type, c.owner_id, c.ingest_id, c.asset_id, c.attempts, c.max_attempts, c.params::text, c.parent_id,
               c.started_at - greatest(l.updated_at, l.not_before),
               c.started_at - case when l.attempts = 0 then greatest(l.created_at, l.not_before) else l.created_at end
        from locked l left join claimed c on c.id = l.id
        """;

    // A result that the database already holds under this token is ours too: its commit was not heard of.
    private const string CompleteSql =
        """
        with request as materialized (
          select * from unnest($1::uuid[], $2::uuid[], $3::text[]) as r (id, token, result)),
        locked as materialized (
          select j.id, j.status, j.claim_token from jobs j where j.id = any($1) order by j.id for update),
        done as (
          update jobs j set status = 'DONE', result = r.result::jsonb, progress = 100, last_error = null, lease_until = null, not_before = null,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          from locked l join request r on r.id = l.id
          where j.id = l.id and l.status = 'PROCESSING' and l.claim_token = r.token
          returning j.id, j.claim_token),
        ended as (
          update job_attempts a set outcome = 'done', ended_at = clock_timestamp()
          from done where a.job_id = done.id and a.token = done.claim_token)
        select claim_token from done
        union all
        select l.claim_token from locked l join request r on r.id = l.id and r.token = l.claim_token where l.status = 'DONE'
        """;

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
        _claims = new("claim jobs", ClaimAsync, logger);
        _completions = new("commit results", CompleteAsync, logger);
    }

    /// <summary>Takes the job for this worker, or says why not. Waits while the database is away.</summary>
    public Task<ClaimAnswer> ClaimAsync(Guid jobId) => ClaimAsync(jobId, Guid.NewGuid());

    /// <inheritdoc cref="ClaimAsync(Guid)"/>
    /// <param name="token">The new claim's own, used for no other.</param>
    public Task<ClaimAnswer> ClaimAsync(Guid jobId, Guid token) => _claims.ExecuteAsync(new(jobId, token));

    /// <summary>Commits the result, a JSON value. Waits while the database is away.</summary>
    /// <param name="told">The message by which the whole of a part hears of it, in the same transaction.</param>
    /// <returns>False when the claim is stale: nothing was changed.</returns>
    public async Task<bool> CompleteAsync(Claim claim, string result, OutboxMessage? told = null)
    {
        var completed = await _completions.ExecuteAsync(new(claim, result, told));
        if (told is not null)
            _outbox.Committed([told]);
        return completed;
    }

    public async ValueTask DisposeAsync()
    {
        await _claims.DisposeAsync();
        await _completions.DisposeAsync();
    }

    private async Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(IReadOnlyList<ClaimRequest> requests, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        // A claim lost with the database's last milliseconds leaves the job UPLOADED and its token unknown, so the result
        // is refused and the job runs again: no harm, and every pick-up is one disk flush shorter. (SET LOCAL would do, too, with a
        // warning in the server's log for each claim.)
        batch.BatchCommands.Add(new("select set_config('synchronous_commit', 'off', true)"));
        batch.BatchCommands.Add(new(ClaimSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = requests.Select(request => request.JobId).ToArray() },
                new NpgsqlParameter<Guid[]> { TypedValue = requests.Select(request => request.Token).ToArray() },
                new NpgsqlParameter<string> { TypedValue = _worker.Id },
                new NpgsqlParameter<TimeSpan> { TypedValue = _options.Lease },
                new NpgsqlParameter<int> { TypedValue = _retry.MaxAttempts },
                new NpgsqlParameter<int> { TypedValue = _retry.MaxCrashes },
            },
        });

        var answers = new Dictionary<Guid, (Guid? Token, ClaimAnswer Answer)>(requests.Count);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                answers[reader.GetGuid(0)] = Read(reader);
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
            return ClaimAnswer.Over;
        // Two messages of one job in one batch: the other one's token won.
        return found.Token is { } winner && winner != request.Token
            ? new(ClaimOutcome.Running, null, found.Answer.At)
            : found.Answer;
    }

    private static (Guid? Token, ClaimAnswer Answer) Read(NpgsqlDataReader row)
    {
        if (!row.IsDBNull(5))
        {
            var claim = new Claim(
                row.GetGuid(0), row.GetGuid(5), row.GetString(6), Id(row, 7), Id(row, 8), Id(row, 9),
                row.GetInt32(10), row.GetInt32(11), JsonElement.Parse(row.GetString(12)))
            {
                ParentId = Id(row, 13),
                Waited = row.GetTimeSpan(14),
                Age = row.GetTimeSpan(15),
            };
            return (claim.Token, new(ClaimOutcome.Claimed, claim, row.GetFieldValue<DateTimeOffset>(2)));
        }

        return (null, row.GetString(1) switch
        {
            JobStatus.Uploaded => new(ClaimOutcome.NotDue, null, row.GetFieldValue<DateTimeOffset>(3)),
            JobStatus.Processing when row.GetBoolean(4) => new(ClaimOutcome.Poison, null, null),
            JobStatus.Processing => new(ClaimOutcome.Running, null, row.GetFieldValue<DateTimeOffset>(2)),
            _ => ClaimAnswer.Over,
        });
    }

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private async Task<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<Completion> completions, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.BatchCommands.Add(new(CompleteSql)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = completions.Select(completion => completion.Claim.JobId).ToArray() },
                new NpgsqlParameter<Guid[]> { TypedValue = completions.Select(completion => completion.Claim.Token).ToArray() },
                new NpgsqlParameter<string[]> { TypedValue = completions.Select(completion => completion.Result).ToArray() },
            },
        });
        // That of a stale claim goes too: it says where to look, and nothing new is found there.
        _outbox.AppendInsert(batch, completions.Select(completion => completion.Told).OfType<OutboxMessage>().ToArray());

        var committed = new HashSet<Guid>(completions.Count);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                committed.Add(reader.GetGuid(0));
        }

        foreach (var completion in completions.Where(completion => committed.Contains(completion.Claim.Token)))
            _changes.Announce(completion.Claim.JobId, completion.Claim.IngestId);
        return completions.Select(completion => committed.Contains(completion.Claim.Token)).ToArray();
    }

    private readonly record struct ClaimRequest(Guid JobId, Guid Token);

    private readonly record struct Completion(Claim Claim, string Result, OutboxMessage? Told);
}
