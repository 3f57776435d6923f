using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Cli.Operating;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Videos;

/// <summary>One video: submits the chapter, shows the progress of each stage, and saves the results.</summary>
/// <param name="unavailableTimeout">
/// Time for which the API may be unavailable, for example during a restart; null: 2 minutes. The video continues meanwhile.
/// </param>
internal sealed class VideoRun(MangaMotionClient client, TimeSpan? unavailableTimeout = null)
{
    private readonly TimeSpan _unavailableTimeout = unavailableTimeout ?? Polling.UnavailableTimeout;

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

    /// <summary>Saves the video, and its subtitles, transcript and variants of the poster beside it.</summary>
    public async Task SaveAsync(VideoStatus video, string output, CancellationToken cancellationToken)
    {
        await SaveAsync(video.Id, VideoVariants.Video, output, cancellationToken);
        await SaveAsync(video.Id, VideoVariants.Subtitles, Path.ChangeExtension(output, "vtt"), cancellationToken);
        await SaveAsync(video.Id, VideoVariants.Transcript, Path.ChangeExtension(output, "txt"), cancellationToken);
        foreach (var variant in video.Results!.Variants)
        {
            var extension = $"{variant.Name}.{variant.ContentType.Split('/')[^1].Replace("jpeg", "jpg", StringComparison.Ordinal)}";
            await SaveAsync(video.Id, $"variants/{variant.Name}", Path.ChangeExtension(output, extension), cancellationToken);
        }

        var draft = video.Results.Draft ? ", draft: a provider failed" : "";
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
        await Task.Delay(Polling.Interval, cancellationToken);
        return await Polling.GetAsync(
            () => client.GetVideoAsync(id, cancellationToken),
            $"Video {id} is not canceled. {CommandLine.Program} status shows what is not ready; "
            + $"{CommandLine.Program} video show {id} shows the video.",
            _unavailableTimeout,
            cancellationToken);
    }
}
