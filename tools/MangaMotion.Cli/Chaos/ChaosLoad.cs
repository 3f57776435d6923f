using System.Collections.Concurrent;
using System.Text;
using MangaMotion.Cli.Demo;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Client;

namespace MangaMotion.Cli.Chaos;

/// <summary>What was submitted and accepted.</summary>
/// <param name="Id">Id of the ingest, or of the video.</param>
/// <param name="Failed">Files that must fail with a reason.</param>
internal sealed record Accepted(Guid Id, bool Video, int Failed);

/// <summary>
/// Callers that submit images, sound, records and chapters. A request that fails is repeated with its idempotency key until it is
/// accepted, as a careful client does.
/// </summary>
internal sealed class ChaosLoad(MangaMotionClient client, int seed)
{
    private const int Callers = 3;

    private const int MaxLateAttempts = 120;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);

    /// <summary>1 while a video is made. One at a time: it keeps both processors of a small machine busy.</summary>
    private int _filming;

    private IReadOnlyList<(string Name, byte[] Content, bool Bad)> _files = [];
    private string _page = "";

    public ConcurrentBag<Accepted> Accepted { get; } = [];

    /// <summary>Requests that were rejected for another reason than an outage.</summary>
    public ConcurrentBag<string> Rejected { get; } = [];

    private int _repeated;

    /// <summary>Requests that were repeated.</summary>
    public int Repeated => _repeated;

    /// <summary>Draws the files that are submitted.</summary>
    public async Task PrepareAsync(string folder, CancellationToken cancellationToken)
    {
        var images = await SampleImages.DrawAsync(folder, cancellationToken);
        var bad = images.TakeLast(SampleImages.BadCount).ToHashSet();
        _files =
        [
            .. images.Select(path => (Path.GetFileName(path), File.ReadAllBytes(path), bad.Contains(path))),
            ("tone.wav", await CreateToneAsync(Path.Combine(folder, "tone.wav"), cancellationToken), false),
        ];
        _page = SampleChapter.Draw(Path.Combine(folder, "pages"))[0];
    }

    /// <summary>Submits until it is canceled. What was begun is completed.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => RunAsync(new Random((seed * Callers) + caller), cancellationToken)));

    private async Task RunAsync(Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await SubmitAsync(random, cancellationToken);
            // Not awaited beyond the end of the load.
            await Task.Delay(TimeSpan.FromSeconds(0.5 + random.NextDouble()), cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SubmitAsync(Random random, CancellationToken cancellationToken)
    {
        var choice = random.Next(20);
        if (choice == 0 && Interlocked.Exchange(ref _filming, 1) == 0)
        {
            if (await RepeatAsync(SubmitVideoAsync, cancellationToken) is { } video)
                _ = ReleaseAsync(video.Id, cancellationToken);
            return;
        }

        if (choice <= 3)
        {
            await RepeatAsync(SubmitRecordsAsync, cancellationToken);
            return;
        }

        var files = Enumerable.Range(0, random.Next(1, 4)).Select(_ => _files[random.Next(_files.Count)]).ToList();
        await RepeatAsync(async (key, token) =>
        {
            var sent = files.Select(file => new FileToSend(file.Name, () => new MemoryStream(file.Content)));
            var ingest = await client.IngestAsync(sent, idempotencyKey: key, cancellationToken: token);
            return new(ingest.JobId, Video: false, files.Count(file => file.Bad));
        }, cancellationToken);
    }

    private async Task<Accepted> SubmitRecordsAsync(string key, CancellationToken cancellationToken)
    {
        var lines = string.Concat(Enumerable.Range(0, 100).Select(number => $$"""{"id":{{number}},"run":"{{key}}"}""" + "\n"));
        var fields = new Dictionary<string, string> { ["collection"] = "chaos" };
        var ingest = await client.IngestRecordsAsync(new MemoryStream(Encoding.UTF8.GetBytes(lines)), fields, key, cancellationToken);
        return new(ingest.JobId, Video: false, Failed: 0);
    }

    private async Task<Accepted> SubmitVideoAsync(string key, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string> { ["direction"] = "ltr", ["size"] = "640x360" };
        var video = await client.CreateVideoAsync([FileToSend.FromDisk(_page)], fields, key, cancellationToken);
        return new(video.Id, Video: true, Failed: 0);
    }

    /// <summary>Submits until it is accepted, and for some time after the end of the load.</summary>
    private async Task<Accepted?> RepeatAsync(Func<string, CancellationToken, Task<Accepted>> submit, CancellationToken loaded)
    {
        var key = Guid.NewGuid().ToString();
        for (var late = 0; late < MaxLateAttempts; late += loaded.IsCancellationRequested ? 1 : 0)
        {
            using var timeout = new CancellationTokenSource(AttemptTimeout);
            try
            {
                var accepted = await submit(key, timeout.Token);
                Accepted.Add(accepted);
                return accepted;
            }
            catch (MangaMotionException exception) when (exception.Problem.Status is >= 400 and < 500 and not (409 or 429))
            {
                Rejected.Add(exception.Message);
                return null;
            }
            catch (Exception exception) when (IsOutage(exception))
            {
                Interlocked.Increment(ref _repeated);
                await Task.Delay(RepeatAfter, CancellationToken.None);
            }
        }

        return null;
    }

    /// <summary>Allows the next video when this one is finished.</summary>
    private async Task ReleaseAsync(Guid video, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(RepeatAfter, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if ((await client.GetVideoAsync(video, cancellationToken)).Status is not ("UPLOADED" or "PROCESSING"))
                    break;
            }
            catch (Exception exception) when (IsOutage(exception) || exception is MangaMotionException)
            {
                // Asked again.
            }
        }

        Volatile.Write(ref _filming, 0);
    }

    private static bool IsOutage(Exception exception) =>
        exception is MangaMotionException or HttpRequestException or IOException or OperationCanceledException;

    private static async Task<byte[]> CreateToneAsync(string path, CancellationToken cancellationToken)
    {
        string[] arguments = ["-v", "error", "-f", "lavfi", "-i", "sine=440:duration=3", path];
        var (exitCode, output) = await Tool.CaptureAsync("ffmpeg", arguments, "/", cancellationToken);
        return exitCode == 0
            ? await File.ReadAllBytesAsync(path, cancellationToken)
            : throw new CommandException($"ffmpeg failed to write a tone: {output.Trim()}");
    }
}
