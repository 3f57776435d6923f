using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>One segment to render; <c>jobs.params</c> of a part of <c>video_gen</c>.</summary>
/// <param name="Hash">Hash of everything that makes the segment; part of its key in <see cref="VideoKeys"/>.</param>
/// <param name="Pages">The pages that its views show.</param>
internal sealed record SegmentPlan(string Hash, SegmentSpec Spec, IReadOnlyList<StoredPage> Pages);
