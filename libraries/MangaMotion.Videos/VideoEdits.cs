using System.Data;
using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Videos;

/// <summary>Changes that the owner of a video makes: a new script, a preview, approval. Each is one transaction with its message.</summary>
public sealed class VideoEdits(NpgsqlDataSource database, IOutbox outbox, JobChanges changes)
{
    /// <summary>
    /// Replaces the newest script. A video that waits for approval keeps waiting, and one that stops after its script stays stopped. Any
    /// other finished video starts again at the voice stage and reuses every part that the edit kept. While a video is being made, its
    /// edit waits: it is applied when the video is finished, or started again after a failure or a cancel. A later edit replaces it.
    /// </summary>
    /// <param name="edit">Makes a valid script of the newest one, under the lock of the video. It throws to refuse the edit.</param>
    /// <returns>Null if there is no script.</returns>
    public async Task<ScriptEdit?> EditScriptAsync(
        Guid video, Func<VideoScript, VideoScript> edit, CancellationToken cancellationToken)
    {
        ScriptEdit? done = null;
        await ChangeAsync(video, Edit, cancellationToken);
        return done;

        Change? Edit(Found found)
        {
            if (found.NewestScript is not { } newest)
                return null;
            var script = edit(VideoJson.Read<VideoScript>(newest));
            done = new(script, IsQueued: found is { IsAwaitingApproval: false, IsFinished: false });
            return found switch
            {
                _ when done.IsQueued => new(
                    [WriteScript(VideoSql.QueueScript, video, script), Command(VideoSql.DeletePreviews, video)], null),
                { IsAwaitingApproval: true } or { IsStoppedAtScript: true } => new(
                    [WriteScript(VideoSql.ReplaceScript, video, script), Command(VideoSql.DeletePreviews, video)], null),
                _ => new(
                    [
                        WriteScript(VideoSql.ReplaceScript, video, script), Command(VideoSql.DeletePreviews, video),
                        Command(VideoSql.ResetStages, video),
                        JobTransitions.Replay(video, includeDone: true, Stage.VoiceGen.Name, Stage.VoiceGen.FirstProgress),
                    ],
                    StartAsync),
            };
        }
    }

    /// <summary>
    /// Makes one shot of the newest script before the rest of the video. Its parts are those that the video needs later. A shot that is
    /// being made, or is made, stays as it is.
    /// </summary>
    public async Task<ShotRequest> PreviewShotAsync(Guid video, string shot, CancellationToken cancellationToken)
    {
        var outcome = ShotRequest.NoScript;
        await ChangeAsync(video, Choose, cancellationToken);
        return outcome;

        Change? Choose(Found found)
        {
            if (found.NewestScript is not { } newest)
                return null;
            outcome = found.Status is JobStatus.Failed or JobStatus.Canceled ? ShotRequest.Ended
                : VideoJson.Read<VideoScript>(newest).Shots.All(each => each.Id != shot) ? ShotRequest.UnknownShot
                : ShotRequest.Accepted;
            if (outcome != ShotRequest.Accepted)
                return null;
            var add = Command(VideoSql.AddPreview, video);
            add.Parameters.Add(new NpgsqlParameter<string>("shot_id", shot));
            return new([add], (_, token) => RemindAsync(video, Lane.High, token));
        }
    }

    /// <summary>Lets a video go on that waits for approval or has stopped after a stage.</summary>
    /// <returns><see cref="JobChange.NotAllowed"/> for any other video.</returns>
    public Task<JobChange> ApproveAsync(Guid video, CancellationToken cancellationToken) => ChangeAsync(
        video,
        found => found switch
        {
            { IsAwaitingApproval: true } => new(
                [Command(VideoSql.Approve, video)], (_, token) => RemindAsync(video, found.Lane, token)),
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
                row.GetFieldValue<Guid?>("ingest_id"), row.GetString("state"),
                row.IsDBNull("newest_script") ? null : row.GetString("newest_script"), row.GetBoolean("stops_at_script"))
            : null;
    }

    private Task<OutboxMessage> StartAsync(Found found, CancellationToken cancellationToken) =>
        VideoJobs.Video.PrepareAsync(outbox, found.Id, found.Lane, bulk: false, found.Input, notBefore: null, cancellationToken);

    private Task<OutboxMessage> RemindAsync(Guid video, Lane lane, CancellationToken cancellationToken) => outbox.PrepareSendAsync(
        new PartEnded { JobId = video }, JobType.AddressOf(VideoJobs.Video.QueueName(lane)),
        new() { CorrelationId = video }, cancellationToken);

    private static NpgsqlBatchCommand Command(string sql, Guid video) =>
        new(sql) { Parameters = { new NpgsqlParameter<Guid>("video_id", video) } };

    private static NpgsqlBatchCommand WriteScript(string sql, Guid video, VideoScript script)
    {
        var command = Command(sql, video);
        command.Parameters.Add(new NpgsqlParameter<string>("script", JsonSerializer.Serialize(script, VideoJson.Options)));
        return command;
    }

    private sealed record Found(
        Guid Id, string Status, Lane Lane, string Input, Guid? IngestId, string State, string? NewestScript, bool StopsAtScript)
    {
        public bool IsAwaitingApproval => Status == JobStatus.Processing && State == VideoStates.AwaitingApproval;

        public bool IsStoppedAtScript => Status == JobStatus.Done && State == VideoStates.Stopped && StopsAtScript;

        public bool IsFinished => Status is JobStatus.Done or JobStatus.Failed or JobStatus.Canceled;
    }

    private sealed record Change(IReadOnlyList<NpgsqlBatchCommand> Commands, Func<Found, CancellationToken, Task<OutboxMessage>>? Message);
}

/// <summary>A stored edit of a script.</summary>
/// <param name="IsQueued">True if the video is being made: the edit waits until it is finished.</param>
public sealed record ScriptEdit(VideoScript Script, bool IsQueued);

/// <summary>Outcome of a request to preview a shot.</summary>
public enum ShotRequest
{
    /// <summary>The shot is made, or is being made.</summary>
    Accepted,

    /// <summary>There is no video, or its script is not written.</summary>
    NoScript,

    /// <summary>The newest script has no such shot.</summary>
    UnknownShot,

    /// <summary>The video failed or was canceled.</summary>
    Ended,
}
