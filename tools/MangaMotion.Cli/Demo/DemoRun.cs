using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Videos;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Demo;

/// <summary>What the demo shows on a running deployment: pictures go in, previews, thumbnails and a video come out, bad files get a reason.</summary>
internal sealed class DemoRun(Deployment deployment, string folder)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var client = MangaMotionClient.Create(deployment.Url, deployment.ApiKey);
        AnsiConsole.MarkupLineInterpolated($"Drawing sample pictures into {folder}");
        var samples = await SamplePictures.DrawAsync(folder, cancellationToken);
        var accepted = await client.IngestAsync(samples.Select(FileToSend.FromDisk), new Dictionary<string, string> { ["collection"] = "demo" }, cancellationToken: cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"Ingest {accepted.JobId} accepted with {accepted.Assets.Count} files; two of them are bad on purpose.");

        var progress = await WatchAsync(client, accepted.JobId, cancellationToken);
        var video = await FilmAsync(client, cancellationToken);
        var sheet = await ContactSheet.WriteAsync(client, accepted.JobId, video, folder, cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"{progress.Done} done, {progress.Failed} failed with a reason.");
        AnsiConsole.MarkupLineInterpolated($"Contact sheet: [link]{new Uri(sheet)}[/]");
        if (progress.Done != samples.Count - SamplePictures.Bad || progress.Failed != SamplePictures.Bad)
            throw new CommandException($"The demo expected {samples.Count - SamplePictures.Bad} pictures done and {SamplePictures.Bad} refused. The logs of the services tell more: ./mangamotion status lists them.");
    }

    /// <summary>The bundled chapter becomes a video.</summary>
    private async Task<VideoStatus> FilmAsync(MangaMotionClient client, CancellationToken cancellationToken)
    {
        AnsiConsole.MarkupLineInterpolated($"Drawing a chapter, {SampleChapter.Title}, and making a narrated video of it");
        var chapter = Path.Combine(folder, "chapter.cbz");
        File.Delete(chapter);
        SampleChapter.DrawCbz(chapter);
        var run = new VideoRun(client);
        var fields = new Dictionary<string, string> { ["title"] = SampleChapter.Title, ["direction"] = "ltr", ["collection"] = "demo" };
        var video = await run.MakeAsync([FileToSend.FromDisk(chapter)], fields, cancellationToken);
        foreach (var (variant, name) in ContactSheet.VideoFiles)
            await run.SaveAsync(video.Id, variant, Path.Combine(folder, name), cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"Video: {video.Results!.Seconds:0.0} s, {video.Shots.Count} shots, [link]{new Uri(Path.Combine(folder, "video.mp4"))}[/]");
        return video;
    }

    private static Task<IngestProgress> WatchAsync(MangaMotionClient client, Guid ingest, CancellationToken cancellationToken) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async context =>
        {
            var bar = context.AddTask("thumbnails");
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            while (true)
            {
                var progress = await AskAsync(client, ingest, patience.Token, cancellationToken);
                bar.MaxValue = progress.Total;
                bar.Value = progress.Total - progress.Queued - progress.Processing;
                bar.Description = $"{progress.Done} done, {progress.Processing} processing, {progress.Queued} queued, {progress.Failed} failed";
                if (progress.Queued + progress.Processing == 0)
                    return progress;
                await Task.Delay(Interval, cancellationToken);
            }
        });

    private static async Task<IngestProgress> AskAsync(MangaMotionClient client, Guid ingest, CancellationToken patience, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetIngestStatusAsync(ingest, cancellationToken: patience)).Progress;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"The sample pictures were not done within {Patience.TotalMinutes:0} minutes. The logs of the services tell why: ./mangamotion status lists them.");
        }
    }
}
