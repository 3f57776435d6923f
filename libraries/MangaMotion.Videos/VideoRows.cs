using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.VideoPipeline.Film;
using MangaMotion.VideoPipeline.Stages;
using Npgsql;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>The rows of a video, in the session's transaction.</summary>
internal sealed class VideoRows(IPostgresSession session, IOutbox outbox)
{
    private const string AddStages =
        """
        insert into stages (video_id, stage, position)
        select $1, stage, position from unnest($2, $3) as stage (stage, position) on conflict do nothing
        """;

    private const string BeginStage =
        """
        update stages set status = 'PROCESSING', started_at = coalesce(started_at, clock_timestamp()), finished_at = null
        where video_id = $1 and stage = $2
        """;

    private const string CountParts =
        """
        with wanted as (
          select speech_id as id from shots where video_id = $1 and $2 = 'voice_gen' and speech_id is not null
          union select film_id from segments where video_id = $1 and $2 = 'video_gen'
          union select part_id from stages where video_id = $1 and stage = $2 and part_id is not null),
        counted as (
          select count(*) as total, count(*) filter (where j.status = 'DONE') as done from wanted w join jobs j on j.id = w.id),
        stage as (
          update stages s set done = counted.done, total = counted.total,
            status = case when counted.done = counted.total then 'DONE' else s.status end,
            finished_at = case when counted.done = counted.total then clock_timestamp() end
          from counted where s.video_id = $1 and s.stage = $2 and s.status = 'PROCESSING'
          returning s.position, s.done, s.total, s.status),
        job as (
          update jobs j set stage = $2, updated_at = clock_timestamp(),
            progress = greatest(j.progress, stage.position * 25 + case when stage.total = 0 then 25 else 25 * stage.done / stage.total end)
          from stage where j.id = $1)
        select status = 'DONE' from stage
        """;

    private const string PartOf = "select part_id from stages where video_id = $1 and stage = $2";

    private const string IngestOf = "select ingest_id from jobs where id = $1";

    private const string TakeScript =
        """
        update videos v set script = j.result -> 'script', pages = j.result -> 'pages'
        from stages s join jobs j on j.id = s.part_id
        where v.id = $1 and v.script is null and s.video_id = $1 and s.stage = 'script_gen'
        """;

    /// <summary>Locks the job's row, before any of its parts, and sets a waiting job to <c>PROCESSING</c>.</summary>
    /// <returns>Its lane; null if it is finished.</returns>
    public async Task<Lane?> TakeJobAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var batch = await BatchAsync(JobTransitions.BeginWhole(video), cancellationToken);
        return await batch.ExecuteScalarAsync(cancellationToken) is string lane ? Lanes.Parse(lane) : null;
    }

    public async Task BeginStageAsync(Guid video, Stage stage, CancellationToken cancellationToken)
    {
        await ExecuteAsync(AddStages, [video, Stage.All.Select(each => each.Name).ToArray(), Stage.All.Select(each => each.Position).ToArray()], cancellationToken);
        await ExecuteAsync(BeginStage, [video, stage.Name], cancellationToken);
    }

    /// <summary>Writes down how many parts of the stage are done; true when all are.</summary>
    public async Task<bool> CountPartsAsync(Guid video, Stage stage, CancellationToken cancellationToken)
    {
        var ended = await ScalarAsync(CountParts, [video, stage.Name], cancellationToken) is true;
        await AnnounceAsync(video, cancellationToken);
        return ended;
    }

    public async Task<string?> FirstUnfinishedAsync(Guid video, CancellationToken cancellationToken) =>
        (string?)await ScalarAsync("select stage from stages where video_id = $1 and status <> 'DONE' order by position limit 1", [video], cancellationToken);

    public async Task<bool> IsApprovedAsync(Guid video, CancellationToken cancellationToken) =>
        await ScalarAsync("select approved_at from videos where id = $1", [video], cancellationToken) is DateTime;

    public Task SetPartAsync(Guid video, Stage stage, Guid part, CancellationToken cancellationToken) =>
        ExecuteAsync("update stages set part_id = $3 where video_id = $1 and stage = $2", [video, stage.Name, part], cancellationToken);

    public Task TakeScriptAsync(Guid video, CancellationToken cancellationToken) => ExecuteAsync(TakeScript, [video], cancellationToken);

    public async Task FinishAsync(Guid video, Stage last, CancellationToken cancellationToken)
    {
        var part = last == Stage.Compositing ? await ScalarAsync(PartOf, [video, last.Name], cancellationToken) as Guid? : null;
        var stopped = part is null ? JsonSerializer.Serialize(new { stopped_at = last.Name }) : null;
        await using (var batch = await BatchAsync(JobTransitions.FinishWhole(video, stopped, part), cancellationToken))
            await batch.ExecuteNonQueryAsync(cancellationToken);
        await AnnounceAsync(video, cancellationToken);
    }

    public async Task<(VideoScript Script, IReadOnlyList<StoredPage> Pages)> ReadScriptAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync("select script::text, pages::text from videos where id = $1", [video], cancellationToken);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (Read<VideoScript>(row.GetString(0)), Read<StoredPage[]>(row.GetString(1)));
    }

    /// <summary>The spoken lines by shot id.</summary>
    public async Task<IReadOnlyDictionary<string, SpeechResult>> ReadSpeechAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(
            "select s.shot_id, j.result::text from shots s join jobs j on j.id = s.speech_id where s.video_id = $1 and j.status = 'DONE'", [video], cancellationToken);
        var speech = new Dictionary<string, SpeechResult>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            speech[row.GetString(0)] = Read<SpeechResult>(row.GetString(1));
        return speech;
    }

    /// <summary>The parts that the film is made of, in order.</summary>
    public async Task<IReadOnlyList<Guid>> ReadPartIdsAsync(Guid video, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(
            """
            (select speech_id from shots where video_id = $1 and speech_id is not null order by position)
            union all (select film_id from segments where video_id = $1 order by position)
            """,
            [video], cancellationToken);
        var parts = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            parts.Add(row.GetGuid(0));
        return parts;
    }

    public async Task ReplaceShotsAsync(Guid video, VideoScript script, Guid?[] speech, CancellationToken cancellationToken)
    {
        await ExecuteAsync("delete from shots where video_id = $1", [video], cancellationToken);
        await ExecuteAsync(
            """
            insert into shots (video_id, position, shot_id, page, speech_id)
            select $1, position, shot_id, page, speech_id from unnest($2, $3, $4, $5) as shot (position, shot_id, page, speech_id)
            """,
            [
                video, Enumerable.Range(0, script.Shots.Count).ToArray(), script.Shots.Select(shot => shot.Id).ToArray(),
                script.Shots.Select(shot => shot.Page).ToArray(), speech,
            ],
            cancellationToken);
    }

    public async Task ReplaceSegmentsAsync(Guid video, Timeline timeline, Guid[] parts, CancellationToken cancellationToken)
    {
        await ExecuteAsync("delete from segments where video_id = $1", [video], cancellationToken);
        await ExecuteAsync(
            """
            insert into segments (video_id, position, shot, next_shot, frames, film_id)
            select $1, position, shot, next_shot, frames, film_id from unnest($2, $3, $4, $5, $6) as segment (position, shot, next_shot, frames, film_id)
            """,
            [
                video, Enumerable.Range(0, parts.Length).ToArray(), timeline.Segments.Select(segment => segment.Shot).ToArray(),
                timeline.Segments.Select(segment => segment.NextShot).ToArray(), timeline.Segments.Select(segment => segment.Frames).ToArray(), parts,
            ],
            cancellationToken);
        await ExecuteAsync(
            """
            update shots s set film_id = g.film_id from segments g
            where s.video_id = $1 and g.video_id = $1 and g.shot = s.position and g.next_shot is null
            """,
            [video], cancellationToken);
    }

    /// <summary>Has those who watch look at the job, after the commit.</summary>
    private async Task AnnounceAsync(Guid video, CancellationToken cancellationToken)
    {
        var ingest = await ScalarAsync(IngestOf, [video], cancellationToken) as Guid?;
        var changed = new JobsChanged { IngestIds = ingest is { } id ? [id] : [], JobIds = ingest is null ? [video] : [], Progress = [] };
        session.Add(await outbox.PreparePublishAsync(changed, options: null, cancellationToken));
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, VideoJson.Options)
        ?? throw new JsonException($"A row of a video holds null where a {typeof(T).Name} belongs.");

    private async Task<object?> ScalarAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(sql, parameters, cancellationToken);
        return await command.ExecuteScalarAsync(cancellationToken) is var value and not DBNull ? value : null;
    }

    private async Task ExecuteAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(sql, parameters, cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlBatch> BatchAsync(NpgsqlBatchCommand transition, CancellationToken cancellationToken) =>
        new(await session.OpenAsync(cancellationToken), session.Transaction) { BatchCommands = { transition } };

    private async Task<NpgsqlCommand> CommandAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, await session.OpenAsync(cancellationToken), session.Transaction);
        command.Parameters.AddRange(Array.ConvertAll(parameters, value => new NpgsqlParameter { Value = value }));
        return command;
    }
}
