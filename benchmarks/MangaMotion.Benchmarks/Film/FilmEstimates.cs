using System.Diagnostics;
using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Client;

namespace MangaMotion.Benchmarks.Film;

/// <summary>Makes the bundled chapter on a running stack and compares the estimates of the API with the time that was left.</summary>
internal static class FilmEstimates
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private static readonly int[] Points = [25, 50, 75];

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("MANGAMOTION_URL") is not { Length: > 0 } url
            || Environment.GetEnvironmentVariable("MANGAMOTION_API_KEY") is not { Length: > 0 } key)
        {
            await Console.Error.WriteLineAsync("Set MANGAMOTION_URL and MANGAMOTION_API_KEY: source .mangamotion/env of a running stack.");
            return 2;
        }

        var client = MangaMotionClient.Create(new(url), key);
        var folder = Directory.CreateTempSubdirectory("mangamotion-eta-");
        try
        {
            var pages = SampleChapter.Draw(folder.FullName).Select(FileToSend.FromDisk);
            var fields = new Dictionary<string, string> { ["direction"] = "ltr", ["language"] = "en" };
            var accepted = await client.CreateVideoAsync(pages, fields, cancellationToken: cancellationToken);
            var samples = await WatchAsync(client, accepted.Id, cancellationToken);
            // Otherwise the next run would find its speech and segments made already.
            await client.DeleteVideoAsync(accepted.Id, cancellationToken);
            return Report(samples);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<List<Sample>> WatchAsync(MangaMotionClient client, Guid id, CancellationToken cancellationToken)
    {
        var samples = new List<Sample>();
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var video = await client.GetVideoAsync(id, cancellationToken);
            samples.Add(new(clock.Elapsed.TotalSeconds, video.Progress, video.EtaSeconds));
            if (video.Status == JobStatuses.Done)
                return samples;
            if (video.Status is JobStatuses.Failed or JobStatuses.Canceled)
                throw new InvalidOperationException($"Video {id} is {video.Status}: {video.Error}");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private static int Report(List<Sample> samples)
    {
        var end = samples[^1].Seconds;
        foreach (var point in Points)
        {
            var sample = samples.Find(sample => sample.Progress >= point && sample.Estimate is not null);
            if (sample is null)
                continue;
            var left = end - sample.Seconds;
            var error = sample.Estimate!.Value - left;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"at {sample.Progress} %: {sample.Estimate:F1} s estimated, {left:F1} s left, "
                + $"off by {error:+0.0;-0.0} s ({error / end:+0 %;-0 %} of {end:F1} s)"));
        }

        return 0;
    }

    /// <param name="Seconds">Time since the submission.</param>
    /// <param name="Estimate">Seconds left by the API; null if unknown.</param>
    private sealed record Sample(double Seconds, int Progress, double? Estimate);
}
