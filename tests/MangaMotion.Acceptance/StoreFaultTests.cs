using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.LocalStack;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Missing originals, an unavailable store, and replays of dead letters.</summary>
public sealed class StoreFaultTests(TestStack stack)
{
    private const string Missing = "The original is not in the store any more; submit the file again.";

    [Fact]
    public async Task A_job_fails_at_once_without_its_original_and_is_replayed_by_api_and_broker_with_one_effect()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var accepted = await installation.Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        var original = Directory.GetFiles(Path.Combine(installation.Store, "originals"), "*", SearchOption.AllDirectories).Single();
        File.Move(original, $"{installation.Scratch}-original");
        // Enough attempts for the time without the disk.
        await installation.StartThumbnailAsync(
            ("RETRY_DELAY_SECONDS", "0.5"), ("Retry__MaxDelay", "00:00:01"), ("MAX_RETRY_ATTEMPTS", "100"),
            ("Outage__HoldAtMost", "00:00:00"));
        var errors = installation.Queue("thumbnail_error");

        // First run: a permanent failure at once.
        var asset = (await installation.UntilFinishedAsync(accepted.JobId)).Assets[0];
        (asset.Status, asset.Attempts, asset.Error).ShouldBe(("FAILED", 1, Missing));
        var message = await GetMessageAsync();

        // Replay by a message moved back by hand. First the disk of the store is not mounted, a transient failure. Then the original is
        // missing.
        Directory.Move(installation.Store, $"{installation.Store}-away");
        Directory.CreateDirectory(installation.Store);
        (await errors.MoveAsync("thumbnail")).ShouldBe(1);
        await Eventually.Until(async () => (await HistoryAsync()).Contains("transient"));
        Directory.Delete(installation.Store);
        Directory.Move($"{installation.Store}-away", installation.Store);
        asset = (await installation.UntilFinishedAsync(accepted.JobId)).Assets[0];
        (asset.Status, asset.Error).ShouldBe(("FAILED", Missing));
        asset.Attempts.ShouldBe((await HistoryAsync()).Length - 1, "counted from zero");
        var second = await GetMessageAsync();
        var before = await HistoryAsync();

        // Replays by the API and by messages, each twice, and by the message of the first run.
        File.Move($"{installation.Scratch}-original", original);
        await Task.WhenAll(
            ReplayAsync(), ReplayAsync(), errors.PublishAsync("thumbnail", second), errors.PublishAsync("thumbnail", second),
            errors.PublishAsync("thumbnail", message));
        asset = (await installation.UntilFinishedAsync(accepted.JobId)).Assets[0];
        (asset.Status, asset.Attempts, asset.Error).ShouldBe(("DONE", 1, null));
        // The depth is read without consuming, because consumed messages are hidden from the service.
        await installation.UntilErrorDepthAsync("thumbnail_error", 0);

        // The operator publishes a saved copy much later. The next message in the queue shows that it was consumed.
        await errors.PublishAsync("thumbnail", second);
        await installation.UntilFinishedAsync((await installation.Client.IngestAsync([Samples.Named("b.png", Samples.Png)])).JobId);
        (await HistoryAsync()).ShouldBe([.. before, "done"]);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null")).ShouldBe(0);

        async Task<JsonElement> GetMessageAsync() => (await errors.UntilAsync(1))[0];

        async Task<string?[]> HistoryAsync() =>
            [.. (await installation.Client.GetJobAsync(asset.JobId)).History.Select(attempt => attempt.Outcome)];

        async Task ReplayAsync()
        {
            try
            {
                await installation.Client.ReplayJobAsync(asset.JobId);
            }
            catch (MangaMotionException late) when (late.Problem.Code == "job_is_not_failed")
            {
                // Another of the five replays was first.
            }
        }
    }

    /// <summary>Tests an outage of the store. The second row has no hold: three attempts fail during the outage.</summary>
    [Theory]
    [InlineData("00:10:00", 6, 0)]
    [InlineData("00:00:00", 0, 6)]
    public async Task An_outage_of_the_store_counts_no_attempt_during_the_hold(string holdAtMost, int done, int failed)
    {
        await using var bucket = await stack.CreateBucketAsync();
        await using var proxy = await FaultProxy.StartAsync(bucket.Endpoint);
        await using var installation = await Installation.CreateAsync(stack);
        (string, string)[] s3 =
        [
            ("Storage__Kind", "s3"), ("S3_BUCKET", bucket.Name), ("S3_ACCESS_KEY", S3Server.AccessKey), ("S3_SECRET_KEY",
                S3Server.SecretKey),
            ("Storage__S3__MaxRetries", "0"), ("RETRY_DELAY_SECONDS", "0.2"), ("Outage__HoldAtMost", holdAtMost), ("Jobs__Concurrency",
                "2"),
        ];
        await installation.StartIngestAsync([.. s3, ("S3_ENDPOINT", bucket.Endpoint.ToString())]);
        await installation.StartThumbnailAsync([.. s3, ("S3_ENDPOINT", proxy.Endpoint.ToString())]);

        proxy.Inject(Fault.Refuse);
        var accepted = await installation.Client.IngestAsync(Enumerable.Range(0, 6).Select(i => Samples.Named($"{i}.jpg", Samples.Jpeg)));
        await Eventually.Until(() => installation.ScalarAsync<bool>("select count(*) > 0 from job_attempts where ended_at is not null"));
        if (failed > 0)
        {
            await Eventually.Until(async () => await installation.ScalarAsync<long>(
                "select count(*) from jobs where status = 'FAILED'") == failed);
        }
        else
        {
            // Longer than three attempts with their pauses take.
            await Task.Delay(TimeSpan.FromSeconds(8));
        }

        proxy.Heal();
        var status = await installation.UntilFinishedAsync(accepted.JobId);

        (status.Progress.Done, status.Progress.Failed).ShouldBe((done, failed));
        (await installation.ScalarAsync<bool>("select bool_or(outcome = 'transient') from job_attempts")).ShouldBe(failed > 0);
        if (failed > 0)
            return;
        status.Assets.ShouldAllBe(asset => asset.Attempts == 1 && asset.Error == null);
        // Only the attempts that ran at the start of the outage were interrupted. The other jobs waited unclaimed.
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'interrupted'")).ShouldBeInRange(1, 4);
    }
}
