using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>Turns a stage's own progress, 0 to 1, into that of the video: a quarter each. Called from any thread.</summary>
internal sealed class StageProgress(Action<string, int> report, Stage stage) : IProgress<double>
{
    public void Report(double value) => report(stage.Name, stage.FirstProgress + (int)(25 * Math.Clamp(value, 0, 1)));
}
