using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Failures;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Jobs.Transitions;

/// <summary>The only writer of <c>jobs.status</c>. Each member builds the statement of one transition.</summary>
/// <remarks>
/// <para>
/// Triggers fired by every transition: <c>jobs_revised</c> (the revision that event readers follow), <c>jobs_counted_*</c> (counters of
/// the ingest, requests that wait for its end), <c>jobs_replay_ended</c> (end of a replay) and <c>jobs_whole_measured</c> (durations of
/// videos). Closing a dead letter fires <c>failed_jobs_closed</c>, which has its copy removed from the error queue.
/// </para>
/// <para>
/// Lock order: a whole before its parts, jobs in the order of their ids, jobs before their dead letters. Statements use
/// <c>clock_timestamp()</c> instead of <c>now()</c>, because a statement that waited for a lock must not act on an old time.
/// </para>
/// </remarks>
public static class JobTransitions
{
    private const string CloseDeadLetter = "status = 'REPLAYING', resolved_at = clock_timestamp(), updated_at = clock_timestamp()";

    // A replay, going on after an edit, and adding a part that failed earlier all start a job over in the same way.
    private const string StartOver =
        """
        status = 'UPLOADED', attempts = 0, crashes = 0, not_before = null, finished_at = null, started_at = null,
          claim_token = null, claimed_by = null, lease_until = null, bulk = false, updated_at = clock_timestamp()
        """;

    private const string ReplayedColumns = "j.id, j.owner_id, j.ingest_id, j.replay_of, j.type, j.lane, j.input::text as input";

    private const string AcceptSql =
        """
        insert into jobs (id, owner_id, ingest_id, asset_id, type, lane, max_attempts, params, input, not_before, bulk)
        select id, owner_id, ingest_id, asset_id, type, lane, max_attempts, params::jsonb, input::jsonb, not_before, bulk
        from unnest(@ids, @owner_ids, @ingest_ids, @asset_ids, @types, @lanes, @max_attempts, @params, @inputs, @not_before, @bulk)
          as job (id, owner_id, ingest_id, asset_id, type, lane, max_attempts, params, input, not_before, bulk)
        """;

    // An existing part is left as it is unless it ended without a result, so parts may be added repeatedly: that is how a whole resumes.
    private const string AddPartsSql =
        $"""
        insert into jobs (id, parent_id, type, lane, max_attempts, params, input)
        select id, @parent_id, @type, @lane, 3, params::jsonb, input::jsonb from unnest(@ids, @params, @inputs) as part (id, params, input)
        order by id
        on conflict (id) do update set {StartOver}
        where jobs.status in ('FAILED', 'CANCELED')
        returning id
        """;

    // Fires jobs_counted_update, which finds no change of a status.
    private const string SetBulkSql = "update jobs set bulk = true where id = any(@ids)";

    // Fires jobs_counted_update, which finds no change of a status.
    private const string RaiseSql =
        """
        update jobs set lane = @lane, bulk = false, updated_at = clock_timestamp()
        where id = any(@ids) and status = 'UPLOADED' and lane <> @lane returning id, input::text as input
        """;

    // A claim already stored under this token succeeds: the commit of an earlier try was not acknowledged.
    private const string ClaimSql =
        """
        with request as materialized (
          select * from unnest(@ids, @tokens) as r (id, token)),
        locked as materialized (
          select j.id, j.status, j.lease_until, j.not_before, j.crashes, j.claim_token, j.attempts, j.created_at, j.updated_at from jobs j
          where j.id = any(@ids) order by j.id for update),
        claimed as (
          update jobs j set
            status = 'PROCESSING', claim_token = r.token, claimed_by = @worker_id,
            lease_until = clock_timestamp() + @lease, max_attempts = @max_attempts, stage = null,
            -- The progress of a part is the progress its whole has shown; a retry must not take it back.
            progress = case when j.parent_id is null then 0 else j.progress end,
            attempts = j.attempts + case when l.status = 'UPLOADED' then 1 else 0 end,
            crashes = j.crashes + case when l.status = 'PROCESSING' and l.claim_token is distinct from r.token then 1 else 0 end,
            started_at = clock_timestamp(), updated_at = clock_timestamp()
          from locked l join request r on r.id = l.id
          where j.id = l.id and (
            (l.status = 'UPLOADED' and (l.not_before is null or l.not_before <= clock_timestamp()))
            or (l.status = 'PROCESSING' and l.lease_until < clock_timestamp() and l.crashes + 1 < @max_crashes)
            or (l.status = 'PROCESSING' and l.claim_token = r.token))
          returning j.id, j.claim_token, j.type, j.owner_id, j.ingest_id, j.asset_id, j.attempts, j.max_attempts, j.params, j.parent_id,
            j.started_at, j.lease_until),
        started as (
          insert into job_attempts (job_id, token, worker_id) select id, claim_token, @worker_id from claimed on conflict do nothing),
        crashed as (
          update job_attempts a set outcome = 'crashed', ended_at = clock_timestamp(),
            error = 'The lease lapsed: the worker died or lost the database.'
          from locked l join claimed c on c.id = l.id
          where l.status = 'PROCESSING' and a.job_id = l.id and a.token = l.claim_token and a.token <> c.claim_token)
        select l.id, l.status, coalesce(c.lease_until, l.lease_until) as lease_until, l.not_before,
          l.lease_until < clock_timestamp() as lapsed, c.claim_token, c.type, c.owner_id, c.ingest_id, c.asset_id, c.attempts,
          c.max_attempts, c.params::text as params, c.parent_id,
          c.started_at - greatest(l.updated_at, l.not_before) as waited,
          c.started_at - case when l.attempts = 0 then greatest(l.created_at, l.not_before) else l.created_at end as age
        from locked l left join claimed c on c.id = l.id
        """;

    // A result already stored under this token succeeds: the commit of an earlier try was not acknowledged.
    private const string CompleteSql =
        """
        with request as materialized (
          select * from unnest(@ids, @tokens, @results) as r (id, token, result)),
        locked as materialized (
          select j.id, j.status, j.claim_token from jobs j where j.id = any(@ids) order by j.id for update),
        done as (
          update jobs j set status = 'DONE', result = r.result::jsonb, progress = 100, last_error = null, lease_until = null,
            not_before = null, finished_at = clock_timestamp(), updated_at = clock_timestamp()
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

    private const string RetrySql =
        """
        with ended as (
          update jobs set status = 'UPLOADED', attempts = attempts - @uncounted, last_error = @message,
            not_before = clock_timestamp() + @delay,
            claim_token = null, claimed_by = null, lease_until = null, updated_at = clock_timestamp()
          where id = @job_id and claim_token = @token and status = 'PROCESSING'
          returning id, ingest_id, not_before),
        attempt as (
          update job_attempts a set outcome = @outcome, ended_at = clock_timestamp(), error = @details
          from ended where a.job_id = ended.id and a.token = @token)
        select ingest_id, not_before, true as has_message, null::uuid as whole_id from ended
        """;

    private const string HandBackSql =
        """
        with ended as (
          update jobs set status = 'UPLOADED', attempts = attempts - 1,
            claim_token = null, claimed_by = null, lease_until = null, updated_at = clock_timestamp()
          where id = @job_id and claim_token = @token and status = 'PROCESSING'
          returning id, ingest_id),
        attempt as (
          update job_attempts a set outcome = 'interrupted', ended_at = clock_timestamp()
          from ended where a.job_id = ended.id and a.token = @token)
        select ingest_id, null::timestamptz as not_before, true as has_message, null::uuid as whole_id from ended
        """;

    // A part that fails takes its whole with it; the one dead letter is the whole's, however many parts fail. Without a token the job is
    // poison: its worker died too often, and its lease must have lapsed. The count of "owner" makes Postgres lock the whole first.
    private const string DeadLetterSql =
        """
        with owner as materialized (
          select id from jobs where id = (select parent_id from jobs where id = @job_id) for update),
        ended as (
          update jobs set status = 'FAILED', last_error = @message, claimed_by = null, lease_until = null, not_before = null,
            attempts = attempts - case when @token::uuid is null then 1 else 0 end,
            crashes = crashes + case when @token::uuid is null then 1 else 0 end,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          where id = @job_id and status = 'PROCESSING'
            and (claim_token = @token or (@token::uuid is null and lease_until < clock_timestamp()))
            and (select count(*) from owner) >= 0
          returning id, owner_id, ingest_id, type, attempts, max_attempts, input, claim_token),
        whole as (
          update jobs w set status = 'FAILED', last_error = @message, attempts = ended.attempts, not_before = null,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          from owner, ended where w.id = owner.id and w.status in ('UPLOADED', 'PROCESSING')
          returning w.id, w.owner_id, w.ingest_id, w.type),
        attempt as (
          update job_attempts a set ended_at = clock_timestamp(), error = @details,
            outcome = case when @token::uuid is null then 'crashed' when @permanent then 'permanent' else 'transient' end
          from ended where a.job_id = ended.id and a.token = ended.claim_token),
        letter as (
          insert into failed_jobs (id, job_id, owner_id, job_type, attempts, max_attempts, last_error, error_stacktrace, input_data,
            error_class, error_code, fingerprint, error_queue, permanent, tool_output)
          select @dead_letter_id, coalesce(whole.id, ended.id), coalesce(whole.owner_id, ended.owner_id), coalesce(whole.type, ended.type),
            ended.attempts, ended.max_attempts, @message, @details, ended.input,
            @error_class, @error_code, @fingerprint, @error_queue, @permanent, @tool_output
          from ended left join whole on true
          where whole.id is not null or not exists (select from owner)
          returning id)
        select coalesce(whole.ingest_id, ended.ingest_id) as ingest_id, null::timestamptz as not_before,
          exists (select from letter) as has_message, whole.id as whole_id
        from ended left join whole on true
        """;

    private const string CancelSql =
        $"""
        with found as (
          select id, ingest_id, status, claim_token from jobs where id = @job_id or parent_id = @job_id order by id for update),
        canceled as (
          update jobs j set status = 'CANCELED', claim_token = null, claimed_by = null, lease_until = null, not_before = null,
            attempts = j.attempts - case when found.status = 'PROCESSING' then 1 else 0 end,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
          from found where j.id = found.id and found.status in ('UPLOADED', 'PROCESSING')
          returning j.id, found.claim_token),
        attempt as (
          update job_attempts a set outcome = 'interrupted', ended_at = clock_timestamp(), error = 'canceled'
          from found where a.job_id = found.id and a.token = found.claim_token and a.outcome is null),
        notified as (select pg_notify('{CanceledChannel}', claim_token::text) from canceled where claim_token is not null)
        select exists (select from found where id = @job_id) as found, exists (select from canceled where id = @job_id) as canceled,
          (select ingest_id from found where id = @job_id) as ingest_id, (select count(*) from notified) as notified
        """;

    private const string LockForReplaySql =
        """
        select from jobs where id in (select unnest(array[id, parent_id]) from jobs where id = any(@ids))
        order by parent_id nulls first, id for update
        """;

    private const string ReplaySql =
        $"""
        with closed as (
          update failed_jobs set {CloseDeadLetter} where job_id = @job_id and resolved_at is null returning id)
        update jobs j set {StartOver}, replay_of = (select id from closed),
          stage = coalesce(@stage, stage), progress = coalesce(@progress, progress)
        where id = @job_id and status in ('DONE', 'FAILED', 'CANCELED') and (status <> 'DONE' or @done)
        returning {ReplayedColumns}
        """;

    // The message of a part belongs to the dead letter of its whole: both jobs run again.
    private const string ReplayDeadLettersSql =
        $"""
        with closed as (
          update failed_jobs f set {CloseDeadLetter} from jobs j
          where j.id in (select coalesce(parent_id, id) from jobs where id = any(@ids)) and j.status = 'FAILED'
            and f.job_id = j.id and f.id = any(@dead_letter_ids) and f.resolved_at is null
          returning f.id, f.job_id)
        update jobs j set {StartOver}, replay_of = case when j.id = closed.job_id then closed.id end
        from closed where (j.id = closed.job_id or (j.id = any(@ids) and j.parent_id = closed.job_id)) and j.status = 'FAILED'
        returning {ReplayedColumns}
        """;

    private const string BeginWholeSql =
        """
        with job as (select id, status, lane from jobs where id = @job_id for update),
        begun as (
          update jobs j set status = 'PROCESSING', attempts = 1, updated_at = clock_timestamp(),
            started_at = coalesce(j.started_at, clock_timestamp())
          from job where j.id = job.id and job.status = 'UPLOADED')
        select lane, status = 'UPLOADED' as begins from job where status in ('UPLOADED', 'PROCESSING')
        """;

    private const string FinishWholeSql =
        """
        update jobs set status = 'DONE', last_error = null, finished_at = clock_timestamp(), updated_at = clock_timestamp(),
          result = coalesce(@result::jsonb, (select part.result from jobs part where part.id = @result_part))
        where id = @job_id and status = 'PROCESSING'
        """;

    /// <summary>
    /// Channel that notifies workers of canceled claims. The payload is the revoked claim token, so a later attempt of the same job is not
    /// stopped.
    /// </summary>
    internal const string CanceledChannel = "job_canceled";

    /// <summary>New jobs, <c>UPLOADED</c>. Fires <c>jobs_counted_insert</c> only.</summary>
    /// <param name="inputs">Serialized commands, one for each job.</param>
    /// <param name="bulk">For each job, whether its message goes to the bulk queue.</param>
    internal static NpgsqlBatchCommand Accept(IReadOnlyList<NewJob> jobs, string[] inputs, bool[] bulk) => new(AcceptSql)
    {
        Parameters =
        {
            Column("ids", jobs, job => job.Id),
            Column("owner_ids", jobs, job => job.OwnerId),
            Column("ingest_ids", jobs, job => job.IngestId),
            Column("asset_ids", jobs, job => job.AssetId),
            Column("types", jobs, job => job.Type.Name),
            Column("lanes", jobs, job => job.Lane.Name()),
            Column("max_attempts", jobs, job => job.MaxAttempts),
            Column("params", jobs, job => job.Params),
            new NpgsqlParameter<string[]>("inputs", inputs),
            new NpgsqlParameter("not_before", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            {
                Value = jobs.Select(job => job.NotBefore?.UtcDateTime).ToArray(),
            },
            new NpgsqlParameter<bool[]>("bulk", bulk),
        },
    };

    /// <summary>
    /// Parts of a job, <c>UPLOADED</c>; a part that failed or was canceled starts over. Returns <c>id</c> of each part that needs a
    /// message.
    /// </summary>
    internal static NpgsqlBatchCommand AddParts(Guid parentId, JobType type, Lane lane, Guid[] ids, string[] parameters, string[] inputs) =>
        new(AddPartsSql)
        {
            Parameters =
            {
                Id("parent_id", parentId), Text("type", type.Name), Text("lane", lane.Name()), Ids("ids", ids),
                new NpgsqlParameter<string[]>("params", parameters), new NpgsqlParameter<string[]>("inputs", inputs),
            },
        };

    /// <summary>Marks jobs whose messages go to the bulk queue; their status stays.</summary>
    internal static NpgsqlBatchCommand SetBulk(Guid[] ids) => new(SetBulkSql) { Parameters = { Ids("ids", ids) } };

    /// <summary>
    /// Moves waiting jobs to the high lane; their status stays. Returns <c>id</c> and <c>input</c> of each moved job, which needs a
    /// message.
    /// </summary>
    internal static NpgsqlBatchCommand Raise(Guid[] ids) => new(RaiseSql)
    {
        Parameters = { Ids("ids", ids), Text("lane", Lane.High.Name()) },
    };

    /// <summary>
    /// <c>PROCESSING</c> for each job that is due, or whose lease has lapsed. Returns a row for each job found, in which
    /// <c>claim_token</c> is null if the job was not claimed.
    /// </summary>
    internal static NpgsqlBatchCommand Claim(Guid[] ids, Guid[] tokens, string workerId, TimeSpan lease, RetryOptions retry) =>
        new(ClaimSql)
        {
            Parameters =
            {
                Ids("ids", ids), Ids("tokens", tokens), Text("worker_id", workerId), new NpgsqlParameter<TimeSpan>("lease", lease),
                new NpgsqlParameter<int>("max_attempts", retry.MaxAttempts), new NpgsqlParameter<int>("max_crashes", retry.MaxCrashes),
            },
        };

    /// <summary><c>DONE</c> with a result. Returns the claim tokens whose result is stored; a stale token is not among them.</summary>
    /// <param name="results">JSON values.</param>
    internal static NpgsqlBatchCommand Complete(Guid[] ids, Guid[] tokens, string[] results) => new(CompleteSql)
    {
        Parameters = { Ids("ids", ids), Ids("tokens", tokens), new NpgsqlParameter<string[]>("results", results) },
    };

    /// <summary><c>UPLOADED</c> until the next attempt is due. Returns an ending row, or none if the claim is stale.</summary>
    internal static NpgsqlBatchCommand Retry(Claim claim, JobFailure failure, TimeSpan delay) =>
        Wait(claim, failure, delay, "transient", uncounted: 0);

    /// <summary>
    /// As <see cref="Retry"/>, without counting the attempt: the worker's machine failed. Returns an ending row, or none if the claim is
    /// stale.
    /// </summary>
    internal static NpgsqlBatchCommand HandBackLater(Claim claim, JobFailure failure, TimeSpan delay) =>
        Wait(claim, failure, delay, "interrupted", uncounted: 1);

    /// <summary><c>UPLOADED</c> without counting the attempt. Returns an ending row, or none if the claim is stale.</summary>
    internal static NpgsqlBatchCommand HandBack(Claim claim) => new(HandBackSql)
    {
        Parameters = { Id("job_id", claim.JobId), Id("token", claim.Token) },
    };

    /// <summary><c>FAILED</c> with a dead letter. Returns an ending row, or none if the claim is stale.</summary>
    /// <param name="token">Token of the claim; null for poison, whose lease has lapsed.</param>
    internal static NpgsqlBatchCommand DeadLetter(Guid jobId, Guid? token, Guid deadLetterId, JobFailure failure, string errorQueue) =>
        new(DeadLetterSql)
        {
            Parameters =
            {
                Id("job_id", jobId), Id("token", token), Id("dead_letter_id", deadLetterId), Text("message", failure.Message),
                Text("details", failure.Details), Text("error_class", failure.ErrorClass), Text("error_code", failure.Code),
                Text("fingerprint", failure.Fingerprint), Text("error_queue", errorQueue), Text("tool_output", failure.ToolOutput),
                new NpgsqlParameter<bool>("permanent", failure.Permanent),
            },
        };

    /// <summary>
    /// <c>CANCELED</c> for an unfinished job and its unfinished parts. The caller holds the lock of the job's row. Returns one row:
    /// <c>found</c>, <c>canceled</c> and <c>ingest_id</c> of the job.
    /// </summary>
    internal static NpgsqlBatchCommand Cancel(Guid jobId) => new(CancelSql) { Parameters = { Id("job_id", jobId) } };

    /// <summary>
    /// Locks the rows of jobs to be replayed, each whole before its parts. A statement of its own, so that the next one sees what earlier
    /// holders of the locks committed.
    /// </summary>
    internal static NpgsqlBatchCommand LockForReplay(Guid[] jobIds) => new(LockForReplaySql) { Parameters = { Ids("ids", jobIds) } };

    /// <summary>
    /// <c>UPLOADED</c> again, with attempts counted from zero, for a finished job; its open dead letter is closed. Returns a replayed row,
    /// or none.
    /// </summary>
    /// <param name="includeDone">Whether a job that is <c>DONE</c> starts over too.</param>
    /// <param name="stage">Stage from which a video goes on; null keeps the present one.</param>
    /// <param name="progress">Progress from which a video goes on, 0 to 100; null keeps the present one.</param>
    public static NpgsqlBatchCommand Replay(Guid jobId, bool includeDone = false, string? stage = null, short? progress = null) =>
        new(ReplaySql)
        {
            Parameters =
            {
                Id("job_id", jobId), new NpgsqlParameter<bool>("done", includeDone), Text("stage", stage),
                new NpgsqlParameter("progress", NpgsqlDbType.Smallint) { Value = (object?)progress ?? DBNull.Value },
            },
        };

    /// <summary>
    /// <c>UPLOADED</c> again for the jobs of the dead letters that are open. A dead letter can be replayed once, however the replay
    /// arrives and however often it is requested. Returns a replayed row for each job.
    /// </summary>
    internal static NpgsqlBatchCommand ReplayDeadLetters(Guid[] jobIds, Guid[] deadLetterIds) => new(ReplayDeadLettersSql)
    {
        Parameters = { Ids("ids", jobIds), Ids("dead_letter_ids", deadLetterIds) },
    };

    /// <summary>
    /// <c>PROCESSING</c> for the whole of parts, which no worker claims. Returns its <c>lane</c> and whether it <c>begins</c>, or no row
    /// if it is finished.
    /// </summary>
    public static NpgsqlBatchCommand BeginWhole(Guid jobId) => new(BeginWholeSql) { Parameters = { Id("job_id", jobId) } };

    /// <summary><c>DONE</c> for the whole of parts that runs.</summary>
    /// <param name="result">JSON value; null to take the result of <paramref name="resultPart"/>.</param>
    public static NpgsqlBatchCommand FinishWhole(Guid jobId, string? result, Guid? resultPart) => new(FinishWholeSql)
    {
        Parameters = { Id("job_id", jobId), Text("result", result), Id("result_part", resultPart) },
    };

    private static NpgsqlBatchCommand Wait(Claim claim, JobFailure failure, TimeSpan delay, string outcome, int uncounted) => new(RetrySql)
    {
        Parameters =
        {
            Id("job_id", claim.JobId), Id("token", claim.Token), Text("message", failure.Message), Text("details", failure.Details),
            new NpgsqlParameter<TimeSpan>("delay", delay), Text("outcome", outcome), new NpgsqlParameter<int>("uncounted", uncounted),
        },
    };

    private static NpgsqlParameter Id(string name, Guid? id) => new(name, NpgsqlDbType.Uuid) { Value = (object?)id ?? DBNull.Value };

    private static NpgsqlParameter<Guid[]> Ids(string name, Guid[] ids) => new(name, ids);

    private static NpgsqlParameter Text(string name, string? text) =>
        new(name, NpgsqlDbType.Text) { Value = (object?)text ?? DBNull.Value };

    private static NpgsqlParameter<T[]> Column<T>(string name, IReadOnlyList<NewJob> jobs, Func<NewJob, T> value) =>
        new(name, jobs.Select(value).ToArray());
}
