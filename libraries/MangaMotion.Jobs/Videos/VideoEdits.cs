using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Replays;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Jobs.Videos;

/// <summary>What the owner of a video changes: its script, and whether it may go on. Each is one transaction with its message.</summary>
public sealed class VideoEdits(NpgsqlDataSource database, IOutbox outbox, JobChanges changes)
{
    // In the order of the saga, which holds the video's row when it comes to that of the job.
    private const string LockSql = "select from videos where id = $1 for update";

    private const string FindSql =
        """
        select j.status, j.lane, j.input::text, j.ingest_id, v.state, v.script is not null, v.options ->> 'stop_at' is not distinct from 'script_gen'
        from jobs j join videos v on v.id = j.id where j.id = $1 for update of j
        """;

    private const string ScriptSql = "update videos set script = $2::jsonb where id = $1";

    // The parts stay: those that the new script needs too are found again by their ids.
    private const string RestartSql =
        """
        with stage as (
          update stages set status = 'UPLOADED', done = 0, started_at = null, finished_at = null where video_id = $1 and stage <> 'script_gen'),
        letter as (
          update failed_jobs set status = 'REPLAYING', resolved_at = clock_timestamp(), updated_at = clock_timestamp()
          where job_id = $1 and resolved_at is null returning id)
        update jobs set status = 'UPLOADED', replay_of = (select id from letter), attempts = 0, crashes = 0, not_before = null, started_at = null, finished_at = null,
          stage = 'voice_gen', progress = 25, updated_at = clock_timestamp() where id = $1
        """;

    private const string ApproveSql = "update videos set approved_at = coalesce(approved_at, clock_timestamp()) where id = $1";

    private const string GoOnSql =
        """
        with video as (
          update videos set approved_at = coalesce(approved_at, clock_timestamp()), options = options - 'stop_at' where id = $1)
        update jobs set status = 'UPLOADED', attempts = 0, finished_at = null, updated_at = clock_timestamp() where id = $1
        """;

    /// <summary>
    /// Takes an edited script, checked by the caller. A video that waits for approval goes on waiting, and one that was to stop after
    /// its script stays stopped; any other that is over is made again, from what is there already and what the edit changed.
    /// </summary>
    /// <returns><see cref="JobChange.NotAllowed"/> while the video is being made, and before there is a script.</returns>
    public Task<JobChange> ReplaceScriptAsync(Guid video, string script, CancellationToken cancellationToken) => ChangeAsync(
        video,
        found => !found.HasScript ? null
            : found.IsParked || found.IsStoppedAtScript ? new([Command(ScriptSql, video, script)], null)
            : found.IsOver ? new([Command(ScriptSql, video, script), Command(RestartSql, video)], StartAsync)
            : null,
        cancellationToken);

    /// <summary>Lets a video go on that waits for approval, or that was to stop after a stage.</summary>
    /// <returns><see cref="JobChange.NotAllowed"/> for any other.</returns>
    public Task<JobChange> ApproveAsync(Guid video, CancellationToken cancellationToken) => ChangeAsync(
        video,
        found => found.IsParked ? new([Command(ApproveSql, video)], RemindAsync)
            : found is { Status: JobStatus.Done, State: "Stopped" } ? new([Command(GoOnSql, video)], StartAsync)
            : null,
        cancellationToken);

    private async Task<JobChange> ChangeAsync(Guid video, Func<Found, Change?> choose, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindAsync(connection, transaction, video, cancellationToken) is not { } found)
            return JobChange.NoSuchJob;
        if (choose(found) is not { } change)
            return JobChange.NotAllowed;

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in change.Commands)
            batch.BatchCommands.Add(command);
        OutboxMessage[] messages = change.Message is { } message ? [await message(found, cancellationToken)] : [];
        outbox.AppendInsert(batch, messages);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
        changes.Announce(video, found.IngestId);
        return JobChange.Changed;
    }

    private static async Task<Found?> FindAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid video, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Command(LockSql, video), Command(FindSql, video) } };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(video, row.GetString(0), Lanes.Parse(row.GetString(1)), row.GetString(2), row.IsDBNull(3) ? null : row.GetGuid(3), row.GetString(4), row.GetBoolean(5), row.GetBoolean(6))
            : null;
    }

    private Task<OutboxMessage> StartAsync(Found found, CancellationToken cancellationToken) =>
        JobTypes.Video.PrepareAsync(outbox, found.Id, found.Lane, bulk: false, found.Input, notBefore: null, cancellationToken);

    private Task<OutboxMessage> RemindAsync(Found found, CancellationToken cancellationToken) => outbox.PrepareSendAsync(
        new PartEnded { JobId = found.Id }, JobType.AddressOf(JobTypes.Video.QueueName(found.Lane)), new() { CorrelationId = found.Id }, cancellationToken);

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private sealed record Found(Guid Id, string Status, Lane Lane, string Input, Guid? IngestId, string State, bool HasScript, bool StopsAtScript)
    {
        public bool IsParked => Status == JobStatus.Processing && State == "AwaitingApproval";

        public bool IsStoppedAtScript => Status == JobStatus.Done && State == "Stopped" && StopsAtScript;

        public bool IsOver => Status is JobStatus.Done or JobStatus.Failed or JobStatus.Canceled;
    }

    private sealed record Change(IReadOnlyList<NpgsqlBatchCommand> Commands, Func<Found, CancellationToken, Task<OutboxMessage>>? Message);
}
