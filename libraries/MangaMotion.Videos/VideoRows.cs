using System.Data;
using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using Npgsql;

namespace MangaMotion.Videos;

/// <summary>The rows of a video as the saga reads and writes them, in the transaction of the session.</summary>
public sealed class VideoRows(IPostgresSession session, IOutbox outbox)
{
    /// <summary>
    /// Locks the job's row, before any of its parts, and sets a waiting job to <c>PROCESSING</c>. A waiting job takes its queued edit.
    /// </summary>
    /// <returns>Its lane; null if it is finished.</returns>
    public async Task<Lane?> BeginJobAsync(Guid video, CancellationToken cancellationToken)
    {
        (string Lane, bool Begins) job;
        await using (var batch = await CreateBatchAsync(JobTransitions.BeginWhole(video), cancellationToken))
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
                return null;
            job = (row.GetString("lane"), row.GetBoolean("begins"));
        }

        if (job.Begins)
            await ExecuteAsync(VideoSql.TakeQueuedScript, video, [], cancellationToken);
        return Lanes.Parse(job.Lane);
    }

    /// <summary>Adds the rows of all stages if they do not exist, and sets this one to <c>PROCESSING</c>.</summary>
    public async Task BeginStageAsync(Guid video, Stage stage, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            VideoSql.AddStages, video,
            [
                new NpgsqlParameter<string[]>("stages", [.. Stage.All.Select(each => each.Name)]),
                new NpgsqlParameter<int[]>("positions", [.. Stage.All.Select(each => each.Position)]),
            ],
            cancellationToken);
        await ExecuteAsync(VideoSql.BeginStage, video, [Name(stage)], cancellationToken);
    }

    /// <summary>Stores how many parts of the stage are done.</summary>
    /// <returns>True if all are.</returns>
    public async Task<bool> CountPartsAsync(Guid video, Stage stage, CancellationToken cancellationToken)
    {
        var ended = await ReadValueAsync(VideoSql.CountParts, video, [Name(stage)], cancellationToken) is true;
        await AnnounceAsync(video, cancellationToken);
        return ended;
    }

    /// <summary>Finds the name of the first stage that is not done; null if all are.</summary>
    public async Task<string?> FindFirstUnfinishedStageAsync(Guid video, CancellationToken cancellationToken) =>
        (string?)await ReadValueAsync(VideoSql.FindFirstUnfinishedStage, video, [], cancellationToken);

    public async Task<bool> IsApprovedAsync(Guid video, CancellationToken cancellationToken) =>
        await ReadValueAsync(VideoSql.FindApproval, video, [], cancellationToken) is DateTime;

    /// <summary>Stores the job of a stage that consists of one part.</summary>
    public Task SetStageJobAsync(Guid video, Stage stage, Guid job, CancellationToken cancellationToken) =>
        ExecuteAsync(VideoSql.SetStageJob, video, [Name(stage), new NpgsqlParameter<Guid>("job_id", job)], cancellationToken);

    /// <summary>Copies the script and the pages from the result of the script part, unless the video has a script.</summary>
    public Task TakeScriptAsync(Guid video, CancellationToken cancellationToken) =>
        ExecuteAsync(VideoSql.TakeScript, video, [], cancellationToken);

    /// <summary>
    /// Finishes the job. Its result is that of the composition, or the stage after which it was to stop. If an edit is queued, the job
    /// starts again at once, and its start takes the edit.
    /// </summary>
    public async Task FinishAsync(Guid video, Stage last, CancellationToken cancellationToken)
    {
        var composition = last == Stage.Compositing
            ? await ReadValueAsync(VideoSql.FindStageJob, video, [Name(last)], cancellationToken) as Guid?
            : null;
        var stopped = composition is null ? JsonSerializer.Serialize(new { stopped_at = last.Name }) : null;
        await using (var batch = await CreateBatchAsync(JobTransitions.FinishWhole(video, stopped, composition), cancellationToken))
            await batch.ExecuteNonQueryAsync(cancellationToken);
        if (await ReadValueAsync(VideoSql.HasQueuedScript, video, [], cancellationToken) is true)
            await StartAgainAsync(video, cancellationToken);
        await AnnounceAsync(video, cancellationToken);
    }

    /// <summary>Reads the script that the video is made from, and its pages.</summary>
    public Task<(VideoScript Script, IReadOnlyList<StoredPage> Pages)> ReadScriptAsync(Guid video, CancellationToken cancellationToken) =>
        ReadScriptAsync(VideoSql.ReadScript, video, cancellationToken);

    /// <summary>Reads the newest script, which may wait until the video is finished, and its pages.</summary>
    public Task<(VideoScript Script, IReadOnlyList<StoredPage> Pages)> ReadNewestScriptAsync(
        Guid video, CancellationToken cancellationToken) =>
        ReadScriptAsync(VideoSql.ReadNewestScript, video, cancellationToken);

    /// <summary>Lists the shots to be previewed whose segment has no part, each with the part of its speech, if it has one.</summary>
    public async Task<IReadOnlyDictionary<string, Guid?>> ListUnplannedPreviewsAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CreateCommandAsync(VideoSql.ListUnplannedPreviews, video, [], cancellationToken);
        var shots = new Dictionary<string, Guid?>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            shots[row.GetString("shot_id")] = row.GetFieldValue<Guid?>("speech_job_id");
        return shots;
    }

    /// <summary>Locks the job's row before parts of previews are added.</summary>
    /// <returns>False if the video failed or was canceled.</returns>
    public async Task<bool> LockForPreviewAsync(Guid video, CancellationToken cancellationToken) =>
        await ReadValueAsync(VideoSql.LockForPreview, video, [], cancellationToken) is true;

    /// <summary>Stores the parts that make a shot to be previewed.</summary>
    public async Task SetPreviewAsync(Guid video, string shot, Guid? speechJob, Guid? segmentJob, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            VideoSql.SetPreview, video,
            [
                new NpgsqlParameter<string>("shot_id", shot), new NpgsqlParameter<Guid?>("speech_job_id", speechJob),
                new NpgsqlParameter<Guid?>("segment_job_id", segmentJob),
            ],
            cancellationToken);
    }

    /// <summary>Reads the result of a part that speaks a line; null if it is not done.</summary>
    public async Task<SpeechResult?> FindSpeechAsync(Guid video, Guid job, CancellationToken cancellationToken) =>
        await ReadValueAsync(VideoSql.FindSpeech, video, [new NpgsqlParameter<Guid>("job_id", job)], cancellationToken) is string result
            ? VideoJson.Read<SpeechResult>(result)
            : null;

    private async Task<(VideoScript Script, IReadOnlyList<StoredPage> Pages)> ReadScriptAsync(
        string sql, Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CreateCommandAsync(sql, video, [], cancellationToken);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (VideoJson.Read<VideoScript>(row.GetString("script")), VideoJson.Read<StoredPage[]>(row.GetString("pages")));
    }

    /// <summary>Reads the spoken lines by shot id.</summary>
    public async Task<IReadOnlyDictionary<string, SpeechResult>> ReadSpeechAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CreateCommandAsync(VideoSql.ReadSpeech, video, [], cancellationToken);
        var speech = new Dictionary<string, SpeechResult>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            speech[row.GetString("shot_id")] = VideoJson.Read<SpeechResult>(row.GetString("result"));
        return speech;
    }

    /// <summary>Reads the ids of the speech and segment parts that the video consists of, in order.</summary>
    public async Task<IReadOnlyList<Guid>> ReadPartIdsAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CreateCommandAsync(VideoSql.ReadPartIds, video, [], cancellationToken);
        var parts = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            parts.Add(row.GetGuid("id"));
        return parts;
    }

    /// <param name="speechJobs">For each shot of the script the part that speaks it; null for a silent shot.</param>
    public async Task ReplaceShotsAsync(
        Guid video, VideoScript script, IReadOnlyList<Guid?> speechJobs, CancellationToken cancellationToken)
    {
        await ExecuteAsync(VideoSql.DeleteShots, video, [], cancellationToken);
        await ExecuteAsync(
            VideoSql.InsertShots, video,
            [
                Positions(script.Shots.Count),
                new NpgsqlParameter<string[]>("shot_ids", [.. script.Shots.Select(shot => shot.Id)]),
                new NpgsqlParameter<int[]>("pages", [.. script.Shots.Select(shot => shot.Page)]),
                new NpgsqlParameter<Guid?[]>("speech_job_ids", [.. speechJobs]),
            ],
            cancellationToken);
    }

    /// <param name="segments">In the order of the video.</param>
    public async Task ReplaceSegmentsAsync(Guid video, IReadOnlyList<SegmentRow> segments, CancellationToken cancellationToken)
    {
        await ExecuteAsync(VideoSql.DeleteSegments, video, [], cancellationToken);
        await ExecuteAsync(
            VideoSql.InsertSegments, video,
            [
                Positions(segments.Count),
                new NpgsqlParameter<int[]>("shots", [.. segments.Select(segment => segment.Shot)]),
                new NpgsqlParameter<int?[]>("next_shots", [.. segments.Select(segment => segment.NextShot)]),
                new NpgsqlParameter<int[]>("frames", [.. segments.Select(segment => segment.Frames)]),
                new NpgsqlParameter<Guid[]>("job_ids", [.. segments.Select(segment => segment.Job)]),
            ],
            cancellationToken);
        await ExecuteAsync(VideoSql.SetSegmentsOfShots, video, [], cancellationToken);
        await ExecuteAsync(VideoSql.DeletePlannedPreviews, video, [], cancellationToken);
    }

    private async Task StartAgainAsync(Guid video, CancellationToken cancellationToken)
    {
        var replay = JobTransitions.Replay(video, includeDone: true, Stage.VoiceGen.Name, Stage.VoiceGen.FirstProgress);
        (Lane Lane, string Input)? job = null;
        await using (var batch = await CreateBatchAsync(replay, cancellationToken))
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
                job = (Lanes.Parse(row.GetString("lane")), row.GetString("input"));
        }

        if (job is var (lane, input))
            session.Add(await VideoJobs.Video.PrepareAsync(outbox, video, lane, bulk: false, input, notBefore: null, cancellationToken));
    }

    /// <summary>Announces the change to the listeners of the job when the session commits.</summary>
    public async Task AnnounceAsync(Guid video, CancellationToken cancellationToken)
    {
        var ingest = await ReadValueAsync(VideoSql.FindIngest, video, [], cancellationToken) as Guid?;
        var changed = new JobsChanged { IngestIds = ingest is { } id ? [id] : [], JobIds = ingest is null ? [video] : [], Progress = [] };
        session.Add(await outbox.PreparePublishAsync(changed, options: null, cancellationToken));
    }

    private async Task<object?> ReadValueAsync(string sql, Guid video, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = await CreateCommandAsync(sql, video, parameters, cancellationToken);
        return await command.ExecuteScalarAsync(cancellationToken) is var value and not DBNull ? value : null;
    }

    private async Task ExecuteAsync(string sql, Guid video, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = await CreateCommandAsync(sql, video, parameters, cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlBatch> CreateBatchAsync(NpgsqlBatchCommand transition, CancellationToken cancellationToken) =>
        new(await session.OpenAsync(cancellationToken), session.Transaction) { BatchCommands = { transition } };

    private async Task<NpgsqlCommand> CreateCommandAsync(
        string sql, Guid video, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, await session.OpenAsync(cancellationToken), session.Transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid>("video_id", video));
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter<string> Name(Stage stage) => new("stage", stage.Name);

    private static NpgsqlParameter<int[]> Positions(int count) => new("positions", [.. Enumerable.Range(0, count)]);
}

/// <summary>One segment of a video.</summary>
/// <param name="Shot">Position of its shot; in a transition, of the outgoing shot.</param>
/// <param name="NextShot">Position of the incoming shot; null if it is not a transition.</param>
/// <param name="Frames">Length in frames.</param>
/// <param name="Job">Part that renders it.</param>
public sealed record SegmentRow(int Shot, int? NextShot, int Frames, Guid Job);
