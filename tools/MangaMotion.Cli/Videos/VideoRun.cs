using System.Diagnostics;
using MangaMotion.Api;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary>One video: submits the chapter, shows a bar for each stage, and saves the results.</summary>
internal sealed class VideoRun(MangaMotionClient client)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>Time for which the API may be unavailable, for example during a restart. The video continues meanwhile.</summary>
    private static readonly TimeSpan UnavailableTimeout = TimeSpan.FromMinutes(2);

    private static readonly Dictionary<string, string> StageTitles = new(StringComparer.Ordinal)
    {
        [VideoStages.ScriptGen] = "script",
        [VideoStages.VoiceGen] = "voice",
        [VideoStages.VideoGen] = "video",
        [VideoStages.Compositing] = "compositing",
    };

    /// <summary>Makes the video. Cancels it if the command is canceled.</summary>
    /// <exception cref="CommandException">The video failed.</exception>
    public async Task<VideoStatus> MakeAsync(
        IEnumerable<FileToSend> chapter, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken)
    {
        var accepted = await client.CreateVideoAsync(chapter, fields, cancellationToken: cancellationToken);
        try
        {
            var video = await WatchAsync(accepted.Id, cancellationToken);
            return video.Status == JobStatuses.Done
                ? video
                : throw new CommandException($"Video {video.Id} is {video.Status}: {video.Error ?? "no reason was given."}");
        }
        catch (OperationCanceledException)
        {
            await client.CancelJobAsync(accepted.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Saves a result file.</summary>
    public async Task SaveAsync(Guid video, string variant, string path, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await client.CopyVideoFileAsync(video, variant, file, cancellationToken);
    }

    private Task<VideoStatus> WatchAsync(Guid id, CancellationToken cancellationToken) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bars = VideoStages.All.ToDictionary(stage => stage, stage => context.AddTask(StageTitles[stage], autoStart: false));
                while (true)
                {
                    var video = await ReadStatusAsync(id, cancellationToken);
                    foreach (var stage in video.Stages)
                        Show(bars[stage.Name], stage);
                    if (video.Status is not (JobStatuses.Uploaded or JobStatuses.Processing))
                        return video;
                    await Task.Delay(PollInterval, cancellationToken);
                }
            });

    private async Task<VideoStatus> ReadStatusAsync(Guid id, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await client.GetVideoAsync(id, cancellationToken);
            }
            catch (Exception exception) when (IsTransient(exception) && waited.Elapsed < UnavailableTimeout)
            {
                await Task.Delay(PollInterval, cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new CommandException(
                    $"The API has not answered for {UnavailableTimeout.TotalMinutes} minutes ({exception.Message}). "
                    + $"Video {id} is not canceled. Run ./mangamotion status to see what is not ready.");
            }
        }
    }

    private static bool IsTransient(Exception exception) =>
        exception is HttpRequestException or MangaMotionException { Problem.Status: >= 500 or 429 };

    private static void Show(ProgressTask bar, VideoStage stage)
    {
        if (stage.StartedAt is not null && !bar.IsStarted)
            bar.StartTask();
        bar.Value = stage.Progress;
        if (stage.Total > 1)
            bar.Description = $"{StageTitles[stage.Name]} {stage.Done}/{stage.Total}";
        if (stage.Status == JobStatuses.Done)
            bar.StopTask();
    }
}
