using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Parts;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Saga;

/// <inheritdoc/>
internal sealed class VideoSteps(IPostgresSession session, VideoRows rows, VideoPlanner planner, JobParts parts) : IVideoSteps
{
    public async Task BeginAsync(VideoState video, Stage stage, CancellationToken cancellationToken)
    {
        if (await rows.BeginJobAsync(video.CorrelationId, cancellationToken) is not { } lane)
            return;

        await rows.BeginStageAsync(video.CorrelationId, stage, cancellationToken);
        await (stage.Name switch
        {
            StageNames.ScriptGen => BeginScriptGenAsync(video, lane, cancellationToken),
            StageNames.VoiceGen => BeginVoiceGenAsync(video, lane, cancellationToken),
            StageNames.VideoGen => BeginVideoGenAsync(video, lane, cancellationToken),
            _ => BeginCompositingAsync(video, lane, cancellationToken),
        });
        // If every part is done already, no part sends a message when it ends.
        await parts.RemindAsync(session, video.CorrelationId, VideoJobs.Video, lane, cancellationToken);
    }

    public async Task<bool> EndAsync(VideoState video, Stage stage, CancellationToken cancellationToken)
    {
        if (await rows.BeginJobAsync(video.CorrelationId, cancellationToken) is null
            || !await rows.CountPartsAsync(video.CorrelationId, stage, cancellationToken))
        {
            return false;
        }

        if (stage == Stage.ScriptGen)
            await rows.TakeScriptAsync(video.CorrelationId, cancellationToken);
        return true;
    }

    public async Task<bool> ResumesAtAsync(VideoState video, Stage stage, CancellationToken cancellationToken) =>
        await rows.BeginJobAsync(video.CorrelationId, cancellationToken) is not null
        && await rows.FindFirstUnfinishedStageAsync(video.CorrelationId, cancellationToken) == stage.Name;

    public Task<bool> IsApprovedAsync(VideoState video, CancellationToken cancellationToken) =>
        rows.IsApprovedAsync(video.CorrelationId, cancellationToken);

    public async Task RemindAsync(VideoState video, CancellationToken cancellationToken)
    {
        if (await rows.BeginJobAsync(video.CorrelationId, cancellationToken) is { } lane)
            await parts.RemindAsync(session, video.CorrelationId, VideoJobs.Video, lane, cancellationToken);
    }

    public async Task PreviewAsync(VideoState video, CancellationToken cancellationToken)
    {
        var wanted = await rows.ListUnplannedPreviewsAsync(video.CorrelationId, cancellationToken);
        if (wanted.Count == 0 || !await rows.LockForPreviewAsync(video.CorrelationId, cancellationToken))
            return;
        var (script, pages) = await rows.ReadNewestScriptAsync(video.CorrelationId, cancellationToken);
        foreach (var (position, shot) in script.Shots.Index())
        {
            if (wanted.TryGetValue(shot.Id, out var speechJob))
                await PreviewAsync(video, script, pages, position, speechJob, cancellationToken);
        }

        await rows.AnnounceAsync(video.CorrelationId, cancellationToken);
    }

    public Task FinishAsync(VideoState video, Stage last, CancellationToken cancellationToken) =>
        rows.FinishAsync(video.CorrelationId, last, cancellationToken);

    private async Task PreviewAsync(
        VideoState video, VideoScript script, IReadOnlyList<StoredPage> pages, int position, Guid? speechJob,
        CancellationToken cancellationToken)
    {
        var (shot, options) = (script.Shots[position], VideoStateMachineSteps.ReadOptions(video));
        Guid? speechId = null;
        SpeechResult? speech = null;
        if (planner.PlanSpeech(script, shot, options) is { } line)
        {
            var id = PartId.Create(video.CorrelationId, Stage.VoiceGen, line.Hash);
            speechId = id;
            speech = await rows.FindSpeechAsync(video.CorrelationId, id, cancellationToken);
            // A part that failed starts over when its owner asks again, not at the next event.
            if (speech is null && speechJob == id)
                return;
            if (speech is null)
            {
                await rows.SetPreviewAsync(video.CorrelationId, shot.Id, id, null, cancellationToken);
                await parts.AddFirstAsync(
                    session, video.CorrelationId, VideoJobs.VoiceGen,
                    [new(id, new GenerateVoice { JobId = id, VideoId = video.CorrelationId }, Serialize(line))], cancellationToken);
                return;
            }
        }

        var segment = planner.PlanSegment(script, pages, position, speech, options);
        var segmentId = PartId.Create(video.CorrelationId, Stage.VideoGen, segment.Hash);
        await rows.SetPreviewAsync(video.CorrelationId, shot.Id, speechId, segmentId, cancellationToken);
        await parts.AddFirstAsync(
            session, video.CorrelationId, VideoJobs.VideoGen,
            [new(segmentId, new RenderSegment { JobId = segmentId, VideoId = video.CorrelationId }, Serialize(segment))],
            cancellationToken);
    }

    private async Task BeginScriptGenAsync(VideoState video, Lane lane, CancellationToken cancellationToken)
    {
        var id = PartId.Create(video.CorrelationId, Stage.ScriptGen, "");
        await rows.SetStageJobAsync(video.CorrelationId, Stage.ScriptGen, id, cancellationToken);
        await AddAsync(
            video, VideoJobs.ScriptGen, lane, [(id, "{}")],
            (part, whole) => new GenerateScript { JobId = part, VideoId = whole }, cancellationToken);
    }

    private async Task BeginVoiceGenAsync(VideoState video, Lane lane, CancellationToken cancellationToken)
    {
        var (script, _) = await rows.ReadScriptAsync(video.CorrelationId, cancellationToken);
        var speeches = planner.PlanSpeech(script, VideoStateMachineSteps.ReadOptions(video));
        await rows.ReplaceShotsAsync(video.CorrelationId, script, [.. speeches.Select(FindId)], cancellationToken);
        await AddAsync(
            video, VideoJobs.VoiceGen, lane, [.. speeches.OfType<SpeechPlan>().Select(plan => (FindId(plan)!.Value, Serialize(plan)))],
            (part, whole) => new GenerateVoice { JobId = part, VideoId = whole }, cancellationToken);

        Guid? FindId(SpeechPlan? plan) => plan is null ? null : PartId.Create(video.CorrelationId, Stage.VoiceGen, plan.Hash);
    }

    private async Task BeginVideoGenAsync(VideoState video, Lane lane, CancellationToken cancellationToken)
    {
        var (script, pages) = await rows.ReadScriptAsync(video.CorrelationId, cancellationToken);
        var speech = await rows.ReadSpeechAsync(video.CorrelationId, cancellationToken);
        var timeline = Timeline.Create(script, speech.ToDictionary(pair => pair.Key, pair => pair.Value.Seconds));
        var words = speech.ToDictionary(pair => pair.Key, pair => pair.Value.Words);
        var segments = planner.PlanSegments(script, pages, timeline, VideoStateMachineSteps.ReadOptions(video), words);
        var ids = segments.Select(plan => PartId.Create(video.CorrelationId, Stage.VideoGen, plan.Hash)).ToArray();

        await rows.ReplaceSegmentsAsync(
            video.CorrelationId,
            [.. timeline.Segments.Zip(ids, (segment, id) => new SegmentRow(segment.Shot, segment.NextShot, segment.Frames, id))],
            cancellationToken);
        await AddAsync(
            video, VideoJobs.VideoGen, lane, [.. segments.Zip(ids, (plan, id) => (id, Serialize(plan)))],
            (part, whole) => new RenderSegment { JobId = part, VideoId = whole }, cancellationToken);
    }

    private async Task BeginCompositingAsync(VideoState video, Lane lane, CancellationToken cancellationToken)
    {
        var (script, _) = await rows.ReadScriptAsync(video.CorrelationId, cancellationToken);
        var made = await rows.ReadPartIdsAsync(video.CorrelationId, cancellationToken);
        var hash = ContentHash.Compute("composition", script, video.Options, made);
        var id = PartId.Create(video.CorrelationId, Stage.Compositing, hash);
        var plan = new CompositionPlan(VideoKeys.CreateComposition(video.CorrelationId));
        await rows.SetStageJobAsync(video.CorrelationId, Stage.Compositing, id, cancellationToken);
        await AddAsync(
            video, VideoJobs.Compositing, lane, [(id, Serialize(plan))],
            (part, whole) => new ComposeVideo { JobId = part, VideoId = whole }, cancellationToken);
    }

    private Task AddAsync<TCommand>(
        VideoState video, JobType<TCommand> type, Lane lane, IReadOnlyList<(Guid Id, string Params)> wanted,
        Func<Guid, Guid, TCommand> command, CancellationToken cancellationToken)
        where TCommand : class =>
        parts.AddAsync(
            session, video.CorrelationId, type, lane,
            wanted.Select(part => new NewPart<TCommand>(part.Id, command(part.Id, video.CorrelationId), part.Params)).ToArray(),
            cancellationToken);

    private static string Serialize<T>(T plan) => JsonSerializer.Serialize(plan, VideoJson.Options);
}
