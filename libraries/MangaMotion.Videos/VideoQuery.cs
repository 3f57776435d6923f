using System.Data;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs;
using Npgsql;

namespace MangaMotion.Videos;

/// <summary>Reads videos: for their owners, and for the workers that make their parts.</summary>
public sealed class VideoQuery(NpgsqlDataSource database)
{
    /// <summary>Reads a video with its stages and shots in one round trip; null if the owner has no such video.</summary>
    public async Task<VideoDetails?> FindAsync(Guid video, Guid owner, CancellationToken cancellationToken)
    {
        await using var batch = CreateBatch(video, VideoSql.FindVideo, VideoSql.FindStages, VideoSql.FindShots, VideoSql.FindPages);
        batch.BatchCommands[0].Parameters.Add(new NpgsqlParameter<Guid>("owner_id", owner));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var details = new VideoDetails
        {
            Status = row.GetString("status"),
            State = GetText(row, "state") ?? VideoStates.Initial,
            Progress = row.GetInt32("progress"),
            EtaSeconds = row.GetFieldValue<double?>("eta_seconds"),
            Error = GetText(row, "last_error"),
            Result = GetText(row, "result") is { } result ? VideoJson.Read<VideoResult>(result) : null,
            IngestId = row.GetFieldValue<Guid?>("ingest_id"),
            CreatedAt = row.GetFieldValue<DateTimeOffset>("created_at"),
            FinishedAt = row.GetFieldValue<DateTimeOffset?>("finished_at"),
            Script = GetText(row, "script") is { } script ? VideoJson.Read<VideoScript>(script) : null,
            EditQueued = row.GetBoolean("edit_queued"),
        };

        await row.NextResultAsync(cancellationToken);
        var stages = new List<StageRow>(Stage.All.Count);
        while (await row.ReadAsync(cancellationToken))
        {
            stages.Add(new(
                row.GetString("stage"), row.GetString("status"), row.GetInt32("progress"), row.GetInt32("done"), row.GetInt32("total"),
                row.GetFieldValue<DateTimeOffset?>("started_at"), row.GetFieldValue<DateTimeOffset?>("finished_at")));
        }

        await row.NextResultAsync(cancellationToken);
        var shots = new Dictionary<string, ShotRow>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
        {
            shots[row.GetString("shot_id")] = new(
                row.GetString("status"), GetText(row, "error"), row.GetBoolean("draft"), row.GetBoolean("has_voice"),
                row.GetBoolean("has_segment"), row.GetBoolean("is_newest"));
        }

        await row.NextResultAsync(cancellationToken);
        var pages = await row.ReadAsync(cancellationToken) ? VideoJson.Read<StoredPage[]>(row.GetString("pages")) : [];
        return details with { Stages = stages, Shots = shots, Pages = pages };
    }

    /// <summary>Reads what is made of a video so far; null if its script is not written, or the owner has no such video.</summary>
    public async Task<MadeParts?> FindMadeAsync(Guid video, Guid owner, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(VideoSql.FindMade);
        command.Parameters.Add(new NpgsqlParameter<Guid>("video_id", video));
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner_id", owner));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var seconds = GetText(row, "seconds") is { } json ? VideoJson.Read<Dictionary<string, double>>(json) : [];
        return new(row.GetBoolean("begun") ? VideoJson.Read<VideoScript>(row.GetString("script")) : null, seconds);
    }

    /// <summary>Reads the newest script; null if it is not written, or the owner has no such video.</summary>
    public async Task<VideoScript?> FindScriptAsync(Guid video, Guid owner, CancellationToken cancellationToken) =>
        await ReadTextAsync(VideoSql.FindScript, video, owner, [], cancellationToken) is { } json
            ? VideoJson.Read<VideoScript>(json)
            : null;

    /// <summary>Finds the key of a result file of the last composed video.</summary>
    public Task<string?> FindFileAsync(Guid video, Guid owner, string variant, CancellationToken cancellationToken) =>
        ReadTextAsync(VideoSql.FindFile, video, owner, [new NpgsqlParameter<string>("variant", variant)], cancellationToken);

    /// <summary>Finds the key of the speech of a shot, a WAV; null if it is not made or the shot is silent.</summary>
    public Task<string?> FindShotVoiceAsync(Guid video, Guid owner, string shot, CancellationToken cancellationToken) =>
        ReadTextAsync(VideoSql.FindShotVoice, video, owner, [new NpgsqlParameter<string>("shot_id", shot)], cancellationToken);

    /// <summary>Finds the key of the picture of a shot, an MP4 without sound and without transitions; null if it is not rendered.</summary>
    public Task<string?> FindShotSegmentAsync(Guid video, Guid owner, string shot, CancellationToken cancellationToken) =>
        ReadTextAsync(VideoSql.FindShotSegment, video, owner, [new NpgsqlParameter<string>("shot_id", shot)], cancellationToken);

    /// <summary>Finds the key of the picture of a page.</summary>
    public Task<string?> FindPageAsync(Guid video, Guid owner, int page, CancellationToken cancellationToken) =>
        ReadTextAsync(VideoSql.FindPage, video, owner, [new NpgsqlParameter<int>("page", page)], cancellationToken);

    /// <summary>Finds the key of the thumbnail of a detected panel.</summary>
    /// <param name="panel">Position on the page in reading order, 1-based.</param>
    public Task<string?> FindThumbnailAsync(Guid video, Guid owner, int page, int panel, CancellationToken cancellationToken) =>
        ReadTextAsync(
            VideoSql.FindThumbnail, video, owner,
            [new NpgsqlParameter<int>("page", page), new NpgsqlParameter<int>("index", panel - 1)],
            cancellationToken);

    /// <summary>Reads the command with which the video was submitted.</summary>
    /// <exception cref="PermanentJobException">The video was deleted.</exception>
    public async Task<StartVideo> ReadCommandAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(VideoSql.ReadCommand);
        command.Parameters.Add(new NpgsqlParameter<Guid>("video_id", video));
        return await command.ExecuteScalarAsync(cancellationToken) is string input ? VideoJson.Read<StartVideo>(input) : throw Deleted();
    }

    /// <summary>Reads the parts that a video is composed of.</summary>
    /// <exception cref="PermanentJobException">The video was deleted.</exception>
    public async Task<VideoMaterial> ReadMaterialAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var batch = CreateBatch(video, VideoSql.ReadScriptAndOptions, VideoSql.ReadSpeech, VideoSql.ReadSegments);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            throw Deleted();
        var script = VideoJson.Read<VideoScript>(row.GetString("script"));
        var options = VideoJson.Read<VideoOptions>(row.GetString("options"));

        await row.NextResultAsync(cancellationToken);
        var speech = new Dictionary<string, SpeechResult>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            speech[row.GetString("shot_id")] = VideoJson.Read<SpeechResult>(row.GetString("result"));

        await row.NextResultAsync(cancellationToken);
        var segments = new List<SegmentResult>();
        while (await row.ReadAsync(cancellationToken))
            segments.Add(VideoJson.Read<SegmentResult>(row.GetString("result")));
        return new(script, options, speech, segments);
    }

    private NpgsqlBatch CreateBatch(Guid video, params ReadOnlySpan<string> statements)
    {
        var batch = database.CreateBatch();
        foreach (var sql in statements)
            batch.BatchCommands.Add(new(sql) { Parameters = { new NpgsqlParameter<Guid>("video_id", video) } });
        return batch;
    }

    private async Task<string?> ReadTextAsync(
        string sql, Guid video, Guid owner, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("video_id", video));
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner_id", owner));
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static string? GetText(NpgsqlDataReader row, string column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static PermanentJobException Deleted() => new("unknown_video", "The video was deleted.");
}
