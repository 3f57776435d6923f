namespace MangaMotion.Videos;

/// <summary>All statements on <c>videos</c>, <c>stages</c>, <c>shots</c>, <c>segments</c> and <c>previews</c>.</summary>
/// <remarks>
/// These tables have no triggers. A statement that also writes <c>jobs</c> names the triggers that fire. Statements use
/// <c>clock_timestamp()</c> instead of <c>now()</c>, because a statement that waited for a lock must not act on an old time.
/// </remarks>
internal static class VideoSql
{
    // The saga locks the video's row before the job's row; edits take the same order.
    public const string Lock = "select from videos where id = @video_id for update";

    // The row of the video moves when a part ends. In a stage of one part, the part stores how far it is, as a progress of the video.
    private const string Progress =
        """
        greatest(j.progress, (
          select least(case part.status when 'DONE' then 100 else part.progress end, 25 * (s.position + 1))
          from stages s join jobs part on part.id = s.job_id where s.video_id = j.id and s.status = 'PROCESSING'))::int
        """;

    // Share of the work that is done. Each stage is 25 of the progress; the shares of the time are from three runs of "bench film --eta".
    private const string ShareDone =
        """
        (case when p.progress < 25 then 0.08 * p.progress / 25
              when p.progress < 50 then 0.08 + 0.10 * (p.progress - 25) / 25
              when p.progress < 75 then 0.18 + 0.79 * (p.progress - 50) / 25
              else 0.97 + 0.03 * (p.progress - 75) / 25 end)
        """;

    // Time in which the video waited for its approval. No work was done in it.
    private const string Waited =
        $"""
        coalesce((select greatest(v.approved_at - s.finished_at, interval '0') from stages s
          where s.video_id = j.id and s.stage = '{StageNames.ScriptGen}' and s.finished_at > j.started_at), interval '0')
        """;

    // If the rest takes as long as the part done so far. A video that waits for approval has no estimate.
    private const string SecondsLeft =
        $"""
        case when v.state is distinct from '{VideoStates.AwaitingApproval}' then
          (extract(epoch from clock_timestamp() - j.started_at - {Waited}) * (1 / nullif({ShareDone}, 0) - 1))::float8 end
        """;

    public const string LockAll = "select from videos where id = any(@video_ids) order by id for update";

    public const string FindForEdit =
        $"""
        select j.status, j.lane, j.input::text as input, j.ingest_id, v.state,
          coalesce(v.queued_script, v.script)::text as newest_script,
          v.options ->> 'stop_at' is not distinct from '{StageNames.ScriptGen}' as stops_at_script
        from jobs j join videos v on v.id = j.id where j.id = @video_id for update of j
        """;

    // For the reconciler, which selects from jobs.
    public const string AwaitsApproval =
        $"exists (select from videos v where v.id = jobs.id and v.state = '{VideoStates.AwaitingApproval}' and v.approved_at is null)";

    public const string ReplaceScript = "update videos set script = @script::jsonb, queued_script = null where id = @video_id";

    public const string QueueScript = "update videos set queued_script = @script::jsonb where id = @video_id";

    public const string DeletePreviews = "delete from previews where video_id = @video_id";

    // A preview that is made, or is being made, stays. A failed one is made again.
    public const string AddPreview =
        """
        insert into previews (video_id, shot_id) values (@video_id, @shot_id)
        on conflict (video_id, shot_id) do update set speech_job_id = null, segment_job_id = null
        where not exists (
          select from jobs part where part.id = previews.segment_job_id and part.status in ('UPLOADED', 'PROCESSING', 'DONE'))
        """;

    public const string ListUnplannedPreviews =
        "select shot_id, speech_job_id from previews where video_id = @video_id and segment_job_id is null";

    public const string SetPreview =
        """
        update previews set speech_job_id = @speech_job_id, segment_job_id = @segment_job_id
        where video_id = @video_id and shot_id = @shot_id
        """;

    // Once the segments of the newest script are planned, the rows of its shots name them.
    public const string DeletePlannedPreviews =
        $"{DeletePreviews} and exists (select from videos where id = @video_id and queued_script is null)";

    // Parts of a failed or canceled video must not start.
    public const string LockForPreview =
        "select status in ('UPLOADED', 'PROCESSING', 'DONE') from jobs where id = @video_id for update";

    public const string FindSpeech = "select result::text from jobs where id = @job_id and parent_id = @video_id and status = 'DONE'";

    public const string HasQueuedScript = "select queued_script is not null from videos where id = @video_id";

    // Parts stay: those that the new script still needs are found by their ids.
    public const string ResetStages =
        $"""
        update stages set status = 'UPLOADED', done = 0, started_at = null, finished_at = null
        where video_id = @video_id and stage <> '{StageNames.ScriptGen}'
        """;

    public const string TakeQueuedScript =
        $"""
        with taken as (
          update videos set script = queued_script, queued_script = null where id = @video_id and queued_script is not null returning id)
        {ResetStages} and exists (select from taken)
        """;

    public const string Approve = "update videos set approved_at = coalesce(approved_at, clock_timestamp()) where id = @video_id";

    public const string ApproveAndGoOn =
        """
        update videos set approved_at = coalesce(approved_at, clock_timestamp()), options = options - 'stop_at' where id = @video_id
        """;

    public const string AddStages =
        """
        insert into stages (video_id, stage, position)
        select @video_id, stage, position from unnest(@stages, @positions) as stage (stage, position) on conflict do nothing
        """;

    public const string BeginStage =
        """
        update stages set status = 'PROCESSING', started_at = coalesce(started_at, clock_timestamp()), finished_at = null
        where video_id = @video_id and stage = @stage
        """;

    public const string SetStageJob = "update stages set job_id = @job_id where video_id = @video_id and stage = @stage";

    public const string FindStageJob = "select job_id from stages where video_id = @video_id and stage = @stage";

    public const string FindFirstUnfinishedStage =
        "select stage from stages where video_id = @video_id and status <> 'DONE' order by position limit 1";

    // Fires jobs_revised if stage or progress of the video change, and jobs_counted_update, which finds no change of a status.
    public const string CountParts =
        $"""
        with wanted as (
          select speech_job_id as id from shots
          where video_id = @video_id and @stage = '{StageNames.VoiceGen}' and speech_job_id is not null
          union select job_id from segments where video_id = @video_id and @stage = '{StageNames.VideoGen}'
          union select job_id from stages where video_id = @video_id and stage = @stage and job_id is not null),
        counted as (
          select count(*) as total, count(*) filter (where j.status = 'DONE') as done from wanted w join jobs j on j.id = w.id),
        stage as (
          update stages s set done = counted.done, total = counted.total,
            status = case when counted.done = counted.total then 'DONE' else s.status end,
            finished_at = case when counted.done = counted.total then clock_timestamp() end
          from counted where s.video_id = @video_id and s.stage = @stage and s.status = 'PROCESSING'
          returning s.position, s.done, s.total, s.status),
        job as (
          update jobs j set stage = @stage, updated_at = clock_timestamp(),
            progress = greatest(j.progress, stage.position * 25 + case when stage.total = 0 then 25 else 25 * stage.done / stage.total end)
          from stage where j.id = @video_id)
        select status = 'DONE' from stage
        """;

    public const string TakeScript =
        $"""
        update videos v set script = j.result -> 'script', pages = j.result -> 'pages'
        from stages s join jobs j on j.id = s.job_id
        where v.id = @video_id and v.script is null and s.video_id = @video_id and s.stage = '{StageNames.ScriptGen}'
        """;

    public const string FindApproval = "select approved_at from videos where id = @video_id";

    public const string FindIngest = "select ingest_id from jobs where id = @video_id";

    public const string ReadScript = "select script::text as script, pages::text as pages from videos where id = @video_id";

    public const string ReadNewestScript =
        "select coalesce(queued_script, script)::text as script, pages::text as pages from videos where id = @video_id";

    public const string ReadSpeech =
        """
        select s.shot_id, j.result::text as result from shots s join jobs j on j.id = s.speech_job_id
        where s.video_id = @video_id and j.status = 'DONE'
        """;

    public const string ReadSegments =
        """
        select j.result::text as result from segments s join jobs j on j.id = s.job_id
        where s.video_id = @video_id and j.status = 'DONE' order by s.position
        """;

    public const string ReadPartIds =
        """
        (select speech_job_id as id from shots where video_id = @video_id and speech_job_id is not null order by position)
        union all (select job_id from segments where video_id = @video_id order by position)
        """;

    public const string DeleteShots = "delete from shots where video_id = @video_id";

    public const string InsertShots =
        """
        insert into shots (video_id, position, shot_id, page, speech_job_id)
        select @video_id, position, shot_id, page, speech_job_id
        from unnest(@positions, @shot_ids, @pages, @speech_job_ids) as shot (position, shot_id, page, speech_job_id)
        """;

    public const string DeleteSegments = "delete from segments where video_id = @video_id";

    public const string InsertSegments =
        """
        insert into segments (video_id, position, shot, next_shot, frames, job_id)
        select @video_id, position, shot, next_shot, frames, job_id
        from unnest(@positions, @shots, @next_shots, @frames, @job_ids) as segment (position, shot, next_shot, frames, job_id)
        """;

    public const string SetSegmentsOfShots =
        """
        update shots s set segment_job_id = g.job_id from segments g
        where s.video_id = @video_id and g.video_id = @video_id and g.shot = s.position and g.next_shot is null
        """;

    public const string ReadCommand = "select input::text as input from jobs where id = @video_id";

    public const string ReadScriptAndOptions = "select script::text as script, options::text as options from videos where id = @video_id";

    public const string FindVideo =
        $"""
        select j.status, v.state, p.progress, j.last_error, j.ingest_id, j.created_at, j.finished_at, v.script::text as script,
          v.queued_script is not null as edit_queued,
          case when j.result ? 'files' then j.result::text end as result,
          case when j.status = 'PROCESSING' then {SecondsLeft} end as eta_seconds
        from jobs j left join videos v on v.id = j.id cross join lateral (select {Progress} as progress) p
        where j.id = @video_id and j.owner_id = @owner_id and j.type = 'video'
        """;

    public const string FindStages =
        """
        select s.stage, s.done, s.total, s.started_at, s.finished_at,
          case when s.status = 'PROCESSING' and j.status = 'FAILED' then 'FAILED' else s.status end as status,
          case when s.status = 'DONE' then 100 when s.total > 1 then 100 * s.done / s.total
            -- A stage of one part: its part reports the progress of the whole video.
            else least(100, greatest(0, coalesce(part.progress, 0) - 25 * s.position) * 4) end as progress
        from stages s join jobs j on j.id = s.video_id left join jobs part on part.id = s.job_id
        where s.video_id = @video_id order by s.position
        """;

    // A preview belongs to the newest script. The rows of shots do, unless an edit is queued or its making has not begun.
    private const string NewestShots =
        $"""
        (select coalesce(p.shot_id, s.shot_id) as shot_id,
          case when p.shot_id is null then s.speech_job_id else p.speech_job_id end as speech_job_id,
          case when p.shot_id is null then s.segment_job_id else p.segment_job_id end as segment_job_id,
          p.shot_id is not null or (select v.queued_script is null and exists (
            select from stages where video_id = v.id and stage = '{StageNames.VoiceGen}' and status <> 'UPLOADED')
            from videos v where v.id = @video_id) as is_newest
        from (select * from shots where video_id = @video_id) s
          full join (select * from previews where video_id = @video_id) p on p.shot_id = s.shot_id)
        """;

    public const string FindShots =
        $"""
        select s.shot_id, coalesce(segment.status, speech.status, 'UPLOADED') as status,
          coalesce(segment.last_error, speech.last_error) as error,
          coalesce((segment.result ->> 'draft')::bool, false) or coalesce((speech.result ->> 'draft')::bool, false) as draft,
          coalesce(speech.status = 'DONE', false) as has_voice, coalesce(segment.status = 'DONE', false) as has_segment, s.is_newest
        from {NewestShots} s
          left join jobs segment on segment.id = s.segment_job_id left join jobs speech on speech.id = s.speech_job_id
        """;

    public const string FindPages = "select pages::text as pages from videos where id = @video_id and pages is not null";

    public const string FindScript =
        """
        select coalesce(v.queued_script, v.script)::text from videos v join jobs j on j.id = v.id
        where j.id = @video_id and j.owner_id = @owner_id
        """;

    // The script that the parts of the video belong to, and the mean seconds of its finished parts.
    public const string FindMade =
        $"""
        select v.script::text as script,
          exists (select from stages s where s.video_id = v.id and s.stage = '{StageNames.VoiceGen}' and s.started_at is not null) as begun,
          (select jsonb_object_agg(type, seconds) from (
            select part.type, avg(extract(epoch from part.finished_at - part.started_at)) as seconds from jobs part
            where part.parent_id = v.id and part.status = 'DONE' group by part.type) mean)::text as seconds
        from videos v join jobs j on j.id = v.id where j.id = @video_id and j.owner_id = @owner_id and v.script is not null
        """;

    public const string FindFile =
        """
        select file ->> 'key' from jobs j, jsonb_array_elements(j.result -> 'files') file
        where j.id = @video_id and j.owner_id = @owner_id and j.type = 'video' and file ->> 'variant' = @variant
        """;

    // An edit locks the job of the video, and starts it again. A locked one is left for the next round.
    // Fires jobs_counted_delete, which counts no parts.
    public const string TakeOldCompositions =
        $"""
        with old as (
          select part.id, part.result, whole.result as newest
          from jobs whole join stages s on s.video_id = whole.id
            join jobs part on part.parent_id = whole.id
          where whole.type = @whole_type and whole.status = 'DONE' and whole.finished_at < @before and whole.result ? 'files'
            and s.stage = '{StageNames.Compositing}' and s.status = 'DONE'
            and part.type = @part_type and part.status = 'DONE' and part.id <> s.job_id
          order by part.id limit @limit for update of whole skip locked),
        gone as (delete from jobs using old where jobs.id = old.id returning old.result, old.newest)
        select file ->> 'key' as key from gone, jsonb_array_elements(gone.result -> 'files') file
        where not exists (select from jsonb_array_elements(gone.newest -> 'files') kept where kept ->> 'key' = file ->> 'key')
        """;

    public const string FindShotVoice =
        $"""
        select part.result ->> 'key' from {NewestShots} s join jobs j on j.id = @video_id join jobs part on part.id = s.speech_job_id
        where j.owner_id = @owner_id and s.shot_id = @shot_id and part.status = 'DONE'
        """;

    public const string FindShotSegment =
        $"""
        select part.result ->> 'key' from {NewestShots} s join jobs j on j.id = @video_id join jobs part on part.id = s.segment_job_id
        where j.owner_id = @owner_id and s.shot_id = @shot_id and part.status = 'DONE'
        """;

    public const string FindPage =
        """
        select page ->> 'key' from videos v join jobs j on j.id = v.id, jsonb_array_elements(v.pages) page
        where j.id = @video_id and j.owner_id = @owner_id and (page ->> 'number')::int = @page
        """;

    public const string FindThumbnail =
        """
        select page -> 'panels' -> @index ->> 'key' from videos v join jobs j on j.id = v.id, jsonb_array_elements(v.pages) page
        where j.id = @video_id and j.owner_id = @owner_id and (page ->> 'number')::int = @page
        """;

    // One walk down the index of owner and status for each status.
    public const string List =
        $"""
        select found.*, (select array_agg(flag) from (
            select shot ->> 'flag' as flag from jsonb_array_elements(found.script -> 'shots') shot) f) as shot_flags
        from unnest(@owners) as o (owner_id) cross join unnest(@statuses) as wanted (status) cross join lateral (
          select j.id, j.owner_id, j.ingest_id, j.status, p.progress, j.last_error, j.created_at, j.finished_at,
            i.collection, v.state, v.script,
            coalesce(v.script ->> 'title', j.input -> 'options' ->> 'title', j.input -> 'files' -> 0 ->> 'name') as title,
            {SecondsLeft} as eta_seconds,
            jsonb_path_exists(j.result, '$.files[*] ? (@.variant == "poster")') as has_poster,
            (jsonb_path_query_first(v.pages, '$[*] ? (@.panels.size() > 0).number'))::int as panel_page
          from jobs j left join videos v on v.id = j.id left join ingests i on i.id = j.ingest_id
            cross join lateral (select {Progress} as progress) p
          where j.owner_id = o.owner_id and j.status = wanted.status and j.type = 'video' and j.id < @before
            and (@state is null or coalesce(v.state, '{VideoStates.Initial}') = @state)
            and (@collection is null or i.collection = @collection)
            and (@pattern is null or j.id::text = @search or j.ingest_id::text = @search or i.collection ilike @pattern
              or coalesce(v.script ->> 'title', j.input -> 'options' ->> 'title', j.input -> 'files' -> 0 ->> 'name') ilike @pattern)
          order by j.id desc limit @limit) found
        order by found.id desc limit @limit
        """;
}
