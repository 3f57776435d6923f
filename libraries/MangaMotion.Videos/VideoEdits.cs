using System.Data;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Videos;

/// <summary>Changes that the owner of a video makes: a new script, and approval. Each is one transaction with its message.</summary>
public sealed class VideoEdits(NpgsqlDataSource database, IOutbox outbox, JobChanges changes)
{
    /// <summary>
    /// Replaces the script by one that the caller has validated. A video that waits for approval keeps waiting, and one that stops after
    /// its script stays stopped. Any other finished video starts again at the voice stage and reuses every part that the edit kept.
    /// </summary>
    /// <returns><see cref="JobChange.NotAllowed"/> while the video is being made, and before there is a script.</returns>
    public Task<JobChange> ReplaceScriptAsync(Guid video, string script, CancellationToken cancellationToken) => ChangeAsync(
        video,
        found => found switch
        {
            { HasScript: false } => null,
            { IsAwaitingApproval: true } or { IsStoppedAtScript: true } => new([ReplaceScript(video, script)], null),
            { IsFinished: true } => new(
                [
                    ReplaceScript(video, script), Command(VideoSql.ResetStages, video),
                    JobTransitions.Replay(video, includeDone: true, Stage.VoiceGen.Name, Stage.VoiceGen.FirstProgress),
                ],
                StartAsync),
            _ => null,
        },
        cancellationToken);

    /// <summary>Lets a video go on that waits for approval or has stopped after a stage.</summary>
    /// <returns><see cref="JobChange.NotAllowed"/> for any other video.</returns>
    public Task<JobChange> ApproveAsync(Guid video, CancellationToken cancellationToken) => ChangeAsync(
        video,
        found => found switch
        {
            { IsAwaitingApproval: true } => new([Command(VideoSql.Approve, video)], RemindAsync),
            { Status: JobStatus.Done, State: VideoStates.Stopped } => new(
                [Command(VideoSql.ApproveAndGoOn, video), JobTransitions.Replay(video, includeDone: true)], StartAsync),
            _ => null,
        },
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

    private static async Task<Found?> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid video, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { Command(VideoSql.Lock, video), Command(VideoSql.FindForEdit, video) },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(
                video, row.GetString("status"), Lanes.Parse(row.GetString("lane")), row.GetString("input"),
                row.GetFieldValue<Guid?>("ingest_id"), row.GetString("state"), row.GetBoolean("has_script"),
                row.GetBoolean("stops_at_script"))
            : null;
    }

    private Task<OutboxMessage> StartAsync(Found found, CancellationToken cancellationToken) =>
        VideoJobs.Video.PrepareAsync(outbox, found.Id, found.Lane, bulk: false, found.Input, notBefore: null, cancellationToken);

    private Task<OutboxMessage> RemindAsync(Found found, CancellationToken cancellationToken) => outbox.PrepareSendAsync(
        new PartEnded { JobId = found.Id }, JobType.AddressOf(VideoJobs.Video.QueueName(found.Lane)),
        new() { CorrelationId = found.Id }, cancellationToken);

    private static NpgsqlBatchCommand Command(string sql, Guid video) =>
        new(sql) { Parameters = { new NpgsqlParameter<Guid>("video_id", video) } };

    private static NpgsqlBatchCommand ReplaceScript(Guid video, string script)
    {
        var command = Command(VideoSql.ReplaceScript, video);
        command.Parameters.Add(new NpgsqlParameter<string>("script", script));
        return command;
    }

    private sealed record Found(
        Guid Id, string Status, Lane Lane, string Input, Guid? IngestId, string State, bool HasScript, bool StopsAtScript)
    {
        public bool IsAwaitingApproval => Status == JobStatus.Processing && State == VideoStates.AwaitingApproval;

        public bool IsStoppedAtScript => Status == JobStatus.Done && State == VideoStates.Stopped && StopsAtScript;

        public bool IsFinished => Status is JobStatus.Done or JobStatus.Failed or JobStatus.Canceled;
    }

    private sealed record Change(IReadOnlyList<NpgsqlBatchCommand> Commands, Func<Found, CancellationToken, Task<OutboxMessage>>? Message);
}
