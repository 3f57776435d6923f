using System.Diagnostics;
using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary>One video: submits the chapter, shows the progress of each stage, and saves the results.</summary>
/// <param name="unavailableTimeout">
/// Time for which the API may be unavailable, for example during a restart; null: 2 minutes. The video continues meanwhile.
/// </param>
internal sealed class VideoRun(MangaMotionClient client, TimeSpan? unavailableTimeout = null)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    private readonly TimeSpan _unavailableTimeout = unavailableTimeout ?? TimeSpan.FromMinutes(2);

    /// <summary>Submits the chapter, prints the id, and makes the video. Cancels it if the command is canceled.</summary>
    /// <returns>The video when it is done, or when it waits for approval.</returns>
    /// <exception cref="CommandException">The video failed.</exception>
    public async Task<VideoStatus> MakeAsync(
        IEnumerable<FileToSend> chapter, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken)
    {
        var accepted = await client.CreateVideoAsync(chapter, fields, cancellationToken: cancellationToken);
        AnsiConsole.WriteLine($"Video {accepted.Id}");
        try
        {
            return await WatchAsync(accepted.Id, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await client.CancelJobAsync(accepted.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Shows the progress of a video until it is done or waits for approval.</summary>
    /// <exception cref="CommandException">The video failed or was canceled.</exception>
    public async Task<VideoStatus> WatchAsync(Guid id, CancellationToken cancellationToken)
    {
        var video = await VideoProgress.ShowAsync(() => PollAsync(id, cancellationToken));
        return video.Status == JobStatuses.Done || video.State == VideoStateNames.AwaitingApproval
            ? video
            : throw new CommandException($"Video {video.Id} is {video.Status}: {video.Error ?? "no reason was given."}");
    }

    /// <summary>Saves the video, and its subtitles and transcript beside it.</summary>
    public async Task SaveAsync(VideoStatus video, string output, CancellationToken cancellationToken)
    {
        await SaveAsync(video.Id, VideoVariants.Video, output, cancellationToken);
        await SaveAsync(video.Id, VideoVariants.Subtitles, Path.ChangeExtension(output, "vtt"), cancellationToken);
        await SaveAsync(video.Id, VideoVariants.Transcript, Path.ChangeExtension(output, "txt"), cancellationToken);
        var draft = video.Results!.Draft ? ", draft: a provider failed" : "";
        AnsiConsole.WriteLine($"{output}: {video.Results.Seconds:0.0} s, {video.Shots.Count} shots{draft}");
        AnsiConsole.WriteLine(
            $"direction {video.Direction} ({DescribeSource(video.DirectionFrom, video.DirectionConfidence)}), "
            + $"language {video.Language} ({DescribeSource(video.LanguageFrom, video.LanguageConfidence)})");
        foreach (var note in video.Notes)
            AnsiConsole.WriteLine(note);
    }

    private static string DescribeSource(string? source, double? confidence) =>
        confidence is { } value
            ? string.Create(CultureInfo.InvariantCulture, $"from: {source}, {100 * value:0} % sure")
            : $"from: {source}";

    /// <summary>Saves a result file.</summary>
    public async Task SaveAsync(Guid video, string variant, string path, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await client.CopyVideoFileAsync(video, variant, file, cancellationToken);
    }

    private async Task<VideoStatus> PollAsync(Guid id, CancellationToken cancellationToken)
    {
        await Task.Delay(PollInterval, cancellationToken);
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await client.GetVideoAsync(id, cancellationToken);
            }
            catch (Exception exception) when (IsUnavailable(exception, cancellationToken))
            {
                if (waited.Elapsed >= _unavailableTimeout)
                {
                    throw new CommandException(
                        $"The API has not answered for {_unavailableTimeout.TotalMinutes:0.#} minutes ({exception.Message}). "
                        + $"Video {id} is not canceled. ./mangamotion status shows what is not ready; "
                        + $"./mangamotion video show {id} shows the video.");
                }

                await Task.Delay(PollInterval, cancellationToken);
            }
        }
    }

    private static bool IsUnavailable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or MangaMotionException { Problem.Status: >= 500 or 429 }
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
