using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Storage;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>Work of a part of <c>video_gen</c>: renders a segment, unless the store has one with the same hash.</summary>
internal sealed class SegmentWork(StageRun stage, ISegmentRenderer renderer, IObjectStore store)
{
    public Task<SegmentResult> RunAsync(JobRun<RenderSegment> run, CancellationToken cancellationToken) => stage.RunAsync(async workspace =>
    {
        var plan = run.Params.Deserialize<SegmentPlan>(VideoJson.Options)!;
        var key = VideoKeys.Segment(plan.Hash);
        if (await store.HeadAsync(key, cancellationToken) is not null)
            return new SegmentResult(key, plan.Spec.Frames, Draft: false, Reused: true);

        var pages = new Dictionary<int, string>();
        foreach (var page in plan.Pages)
        {
            pages[page.Number] = workspace.NewPath();
            await store.FetchAsync(page.Key, pages[page.Number], cancellationToken);
        }

        var segment = await renderer.RenderAsync(plan.Spec, pages, workspace, cancellationToken);
        // A provider that failed may succeed another time, so a draft is not kept under the shared hash.
        if (segment.Draft)
            key = VideoKeys.DraftSegment(run.JobId);
        await store.PutFileAsync(key, segment.Path, new() { ContentType = "video/mp4" }, cancellationToken);
        return new SegmentResult(key, plan.Spec.Frames, segment.Draft, Reused: false);
    });
}
