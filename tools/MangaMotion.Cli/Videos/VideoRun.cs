using System.Diagnostics;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary>Submits one chapter, shows a bar for each stage, and brings the video home.</summary>
internal sealed class VideoRun(MangaMotionClient client)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>A restart of the API, or of what it needs, is waited for; the video goes on meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly (string Stage, string Title)[] Stages =
        [("script_gen", "script"), ("voice_gen", "voice"), ("video_gen", "film"), ("compositing", "compositing")];

    /// <summary>Makes the video; on the way out of a canceled command it is canceled too.</summary>
    /// <exception cref="CommandException">The video failed, for the reason that the message gives.</exception>
    public async Task<VideoStatus> MakeAsync(IEnumerable<FileToSend> chapter, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken)
    {
        var accepted = await client.CreateVideoAsync(chapter, fields, cancellationToken: cancellationToken);
        try
        {
            var video = await WatchAsync(accepted.Id, cancellationToken);
            return video.Status == "DONE" ? video : throw new CommandException($"The video is {video.Status}: {video.Error ?? "no reason was given"}");
        }
        catch (OperationCanceledException)
        {
            await client.CancelJobAsync(accepted.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Brings a result to a file.</summary>
    public async Task SaveAsync(Guid video, string variant, string path, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await client.CopyVideoFileAsync(video, variant, file, cancellationToken);
    }

    private Task<VideoStatus> WatchAsync(Guid id, CancellationToken cancellationToken) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async context =>
        {
            var bars = Stages.ToDictionary(stage => stage.Stage, stage => context.AddTask(stage.Title, autoStart: false));
            while (true)
            {
                var video = await AskAsync(id, cancellationToken);
                foreach (var stage in video.Stages)
                    Show(bars[stage.Name], stage);
                if (video.Status is not ("UPLOADED" or "PROCESSING"))
                    return video;
                await Task.Delay(Interval, cancellationToken);
            }
        });

    private async Task<VideoStatus> AskAsync(Guid id, CancellationToken cancellationToken)
    {
        var asked = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await client.GetVideoAsync(id, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or MangaMotionException { Problem.Status: >= 500 or 429 } && asked.Elapsed < Patience)
            {
                await Task.Delay(Interval, cancellationToken);
            }
            catch (HttpRequestException exception)
            {
                throw new CommandException($"The API has not answered for {Patience.TotalMinutes} minutes ({exception.Message}); video {id} is not canceled. See ./mangamotion status.");
            }
        }
    }

    private static void Show(ProgressTask bar, VideoStage stage)
    {
        if (stage.StartedAt is not null && !bar.IsStarted)
            bar.StartTask();
        bar.Value = stage.Progress;
        if (stage.Total > 1)
            bar.Description = $"{Stages.Single(known => known.Stage == stage.Name).Title} {stage.Done}/{stage.Total}";
        if (stage.Status == "DONE")
            bar.StopTask();
    }
}
