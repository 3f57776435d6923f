using MangaMotion.Api;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary>Progress of a video: a bar for each stage on a terminal, else one line a step, in the order of the stages.</summary>
internal static class VideoProgress
{
    /// <summary>Steps of a stage that are printed without a terminal, in percent.</summary>
    private const int Step = 25;

    private static readonly Dictionary<string, string> StageTitles = new(StringComparer.Ordinal)
    {
        [VideoStages.ScriptGen] = "script",
        [VideoStages.VoiceGen] = "voice",
        [VideoStages.VideoGen] = "video",
        [VideoStages.Compositing] = "compositing",
    };

    /// <summary>Shows the progress until the video is finished or waits for approval.</summary>
    /// <param name="poll">Reads the status after a pause.</param>
    public static Task<VideoStatus> ShowAsync(Func<Task<VideoStatus>> poll) =>
        AnsiConsole.Profile.Out.IsTerminal ? ShowBarsAsync(poll) : PrintStepsAsync(poll, AnsiConsole.WriteLine);

    /// <summary>Prints each step of each stage once, in order.</summary>
    internal static async Task<VideoStatus> PrintStepsAsync(Func<Task<VideoStatus>> poll, Action<string> print)
    {
        var printed = VideoStages.All.ToDictionary(stage => stage, _ => 0);
        while (true)
        {
            var video = await poll();
            foreach (var stage in video.Stages)
            {
                if (stage.Progress / Step <= printed[stage.Name])
                    continue;
                printed[stage.Name] = stage.Progress / Step;
                print($"{Describe(stage)}: {stage.Progress} %");
            }

            if (IsFinished(video))
                return video;
        }
    }

    private static Task<VideoStatus> ShowBarsAsync(Func<Task<VideoStatus>> poll) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bars = VideoStages.All.ToDictionary(stage => stage, stage => context.AddTask(StageTitles[stage], autoStart: false));
                var timeLeft = new TimeLeft(TimeProvider.System);
                var failures = 0;
                while (true)
                {
                    var video = await poll();
                    var failed = video.Shots.Count(shot => shot.Error is not null) + (video.Error is null ? 0 : 1);
                    var left = timeLeft.Update(video.EtaSeconds, restarts: failed > failures);
                    failures = failed;
                    foreach (var stage in video.Stages)
                        Show(bars[stage.Name], stage, left);
                    if (IsFinished(video))
                        return video;
                }
            });

    private static bool IsFinished(VideoStatus video) =>
        video.Status is not (JobStatuses.Uploaded or JobStatuses.Processing) || video.State == VideoStateNames.AwaitingApproval;

    private static void Show(ProgressTask bar, VideoStage stage, string left)
    {
        if (stage.StartedAt is not null && !bar.IsStarted)
            bar.StartTask();
        bar.Value = stage.Progress;
        bar.Description = stage.Status == JobStatuses.Processing && left.Length > 0 ? $"{Describe(stage)}, {left}" : Describe(stage);
        if (stage.Status == JobStatuses.Done)
            bar.StopTask();
    }

    private static string Describe(VideoStage stage) =>
        stage.Total > 1 ? $"{StageTitles[stage.Name]} {stage.Done}/{stage.Total}" : StageTitles[stage.Name];
}
