using MangaMotion.Api;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Videos;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Demo;

/// <summary>Demonstration on a running deployment: derivatives of images, a video, and two bad files that fail with a reason.</summary>
internal sealed class DemoRun(Deployment deployment, string folder)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ImagesTimeout = TimeSpan.FromMinutes(3);

    /// <returns>The video of the sample chapter.</returns>
    public async Task<VideoStatus> RunAsync(CancellationToken cancellationToken)
    {
        var client = MangaMotionClient.Create(deployment.Url, deployment.ApiKey);
        AnsiConsole.MarkupLineInterpolated($"Drawing sample images into {folder}");
        var samples = await SampleImages.DrawAsync(folder, cancellationToken);
        var accepted = await client.IngestAsync(
            samples.Select(FileToSend.FromDisk),
            new Dictionary<string, string> { ["collection"] = "demo" },
            cancellationToken: cancellationToken);
        AnsiConsole.MarkupLineInterpolated(
            $"Ingest {accepted.JobId} accepted with {accepted.Assets.Count} files; {SampleImages.BadCount} of them are bad on purpose.");

        var progress = await WatchAsync(client, accepted.JobId, cancellationToken);
        var video = await MakeVideoAsync(client, cancellationToken);
        var sheet = await ContactSheet.WriteAsync(client, accepted.JobId, video, folder, cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"{progress.Done} done, {progress.Failed} failed with a reason.");
        AnsiConsole.MarkupLineInterpolated($"Contact sheet: [link]{new Uri(sheet)}[/]");
        var good = samples.Count - SampleImages.BadCount;
        if (progress.Done != good || progress.Failed != SampleImages.BadCount)
        {
            throw new CommandException(
                $"The demo expected {good} images done and {SampleImages.BadCount} failed. "
                + $"{CommandLine.Program} status lists the logs of the services.");
        }

        return video;
    }

    /// <summary>Makes a video of the bundled chapter.</summary>
    private async Task<VideoStatus> MakeVideoAsync(MangaMotionClient client, CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLineInterpolated($"Drawing the chapter '{SampleChapter.Title}' and making a narrated video of it");
        var chapter = Path.Combine(folder, "chapter.cbz");
        File.Delete(chapter);
        SampleChapter.DrawCbz(chapter);
        var run = new VideoRun(client);
        var fields = new Dictionary<string, string> { ["title"] = SampleChapter.Title, ["direction"] = "ltr", ["collection"] = "demo" };
        var video = await run.MakeAsync([FileToSend.FromDisk(chapter)], fields, cancellationToken);
        foreach (var (variant, name) in ContactSheet.VideoFiles)
            await run.SaveAsync(video.Id, variant, Path.Combine(folder, name), cancellationToken);
        var link = new Uri(Path.Combine(folder, "video.mp4"));
        AnsiConsole.MarkupLineInterpolated($"Video: {video.Results!.Seconds:0.0} s, {video.Shots.Count} shots, [link]{link}[/]");
        return video;
    }

    private static Task<IngestProgress> WatchAsync(MangaMotionClient client, Guid ingest, CancellationToken cancellationToken) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("thumbnails");
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                timeout.CancelAfter(ImagesTimeout);
                while (true)
                {
                    var progress = await ReadProgressAsync(client, ingest, timeout.Token, cancellationToken);
                    bar.MaxValue = progress.Total;
                    bar.Value = progress.Total - progress.Queued - progress.Processing;
                    bar.Description =
                        $"{progress.Done} done, {progress.Processing} processing, {progress.Queued} queued, {progress.Failed} failed";
                    if (progress.Queued + progress.Processing == 0)
                        return progress;
                    await Task.Delay(PollInterval, cancellationToken);
                }
            });

    private static async Task<IngestProgress> ReadProgressAsync(
        MangaMotionClient client, Guid ingest, CancellationToken timeout, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetIngestStatusAsync(ingest, cancellationToken: timeout)).Progress;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(
                $"The sample images were not done within {ImagesTimeout.TotalMinutes:0} minutes. "
                + $"{CommandLine.Program} status lists the logs of the services.");
        }
    }
}
