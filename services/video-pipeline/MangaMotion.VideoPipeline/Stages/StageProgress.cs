using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>Converts the progress of a stage, 0 to 1, to that of the video, 0 to 100. Thread-safe.</summary>
internal sealed class StageProgress(Action<string, int> report, Stage stage) : IProgress<double>
{
    public void Report(double value) => report(stage.Name, stage.FirstProgress + (int)(25 * Math.Clamp(value, 0, 1)));
}
