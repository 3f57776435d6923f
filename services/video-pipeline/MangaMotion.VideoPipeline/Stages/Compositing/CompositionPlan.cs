namespace MangaMotion.VideoPipeline.Stages.Compositing;

/// <summary><c>jobs.params</c> of the part of <c>compositing</c>.</summary>
/// <param name="Prefix">Prefix of the keys of the result files, without a slash at the end.</param>
internal sealed record CompositionPlan(string Prefix);
