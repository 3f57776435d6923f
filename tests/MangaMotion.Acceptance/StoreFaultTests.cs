using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.LocalStack;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>An original that is gone, a store that is away, and the lives of a job after its dead letter.</summary>
public sealed class StoreFaultTests(TestStack stack)
{
    private const string Missing = "The original is not in the store any more; submit the file again.";

    [Fact]
    public async Task A_job_fails_at_once_without_its_original_and_is_replayed_from_both_sides_with_one_effect()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var accepted = await installation.Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        var original = Directory.GetFiles(Path.Combine(installation.Store, "originals"), "*", SearchOption.AllDirectories).Single();
        File.Move(original, $"{installation.Scratch}-original");
        // Attempts enough for as long as the disk is away.
        await installation.StartThumbnailAsync(("RETRY_DELAY_SECONDS", "0.5"), ("Retry__MaxDelay", "00:00:01"), ("MAX_RETRY_ATTEMPTS", "100"), ("Outage__HoldAtMost", "00:00:00"));
        var errors = installation.Queue("thumbnail_error");

        // First life: permanent, at once.
        var asset = (await installation.UntilFinishedAsync(accepted.JobId)).Assets[0];
        (asset.Status, asset.Attempts, asset.Error).ShouldBe(("FAILED", 1, Missing));
        var message = await TheMessageAsync();

        // Second life, moved back by hand: the disk with the store is not mounted, which passes; then the original is still missing.
        Directory.Move(installation.Store, $"{installation.Store}-away");
        Directory.CreateDirectory(installation.Store);
        (await errors.MoveAsync("thumbnail")).ShouldBe(1);
        await Eventually.Until(async () => (await HistoryAsync()).Contains("transient"));
        Directory.Delete(installation.Store);
        Directory.Move($"{installation.Store}-away", installation.Store);
        asset = (await installation.UntilFinishedAsync(accepted.JobId)).Assets[0];
        (asset.Status, asset.Error).ShouldBe(("FAILED", Missing));
        asset.Attempts.ShouldBe((await HistoryAsync()).Length - 1, "counted from zero");
        var second = await TheMessageAsync();
        var before = await HistoryAsync();

        // Third life, from both sides and twice, the message of the first life among them.
        File.Move($"{installation.Scratch}-original", original);
        await Task.WhenAll(
            RetryAsync(), RetryAsync(), errors.PublishAsync("thumbnail", second), errors.PublishAsync("thumbnail", second), errors.PublishAsync("thumbnail", message));
        asset = (await installation.UntilFinishedAsync(accepted.JobId)).Assets[0];
        (asset.Status, asset.Attempts, asset.Error).ShouldBe(("DONE", 1, null));
        // Not by looking at the messages, which are in nobody else's reach meanwhile.
        await installation.UntilErrorDepthAsync("thumbnail_error", 0);

        // Much later, from the operator's clipboard; what is behind it in the queue shows that it was dealt with.
        await errors.PublishAsync("thumbnail", second);
        await installation.UntilFinishedAsync((await installation.Client.IngestAsync([Samples.Named("b.png", Samples.Png)])).JobId);
        (await HistoryAsync()).ShouldBe([.. before, "done"]);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs where resolved_at is null")).ShouldBe(0);

        async Task<JsonElement> TheMessageAsync()
        {
            JsonElement[] messages = [];
            await Eventually.Until(async () => (messages = await errors.PeekAsync()).Length == 1);
            return messages[0];
        }

        async Task<string?[]> HistoryAsync() => [.. (await installation.Client.GetJobAsync(asset.JobId)).History.Select(attempt => attempt.Outcome)];

        async Task RetryAsync()
        {
            try
            {
                await installation.Client.ReplayJobAsync(asset.JobId);
            }
            catch (MangaMotionException late) when (late.Problem.Code == "job_is_not_failed")
            {
                // Another of the five was first.
            }
        }
    }

    /// <summary>The second row is the behaviour without the hold: three attempts fail while the store is away.</summary>
    [Theory]
    [InlineData("00:10:00", 6, 0)]
    [InlineData("00:00:00", 0, 6)]
    public async Task A_store_that_is_away_costs_no_attempt_while_the_worker_holds(string holdAtMost, int done, int failed)
    {
        await using var bucket = await stack.CreateBucketAsync();
        await using var proxy = await FaultProxy.StartAsync(bucket.Endpoint);
        await using var installation = await Installation.CreateAsync(stack);
        (string, string)[] s3 =
        [
            ("Storage__Kind", "s3"), ("S3_BUCKET", bucket.Name), ("S3_ACCESS_KEY", S3Server.AccessKey), ("S3_SECRET_KEY", S3Server.SecretKey),
            ("Storage__S3__MaxRetries", "0"), ("RETRY_DELAY_SECONDS", "0.2"), ("Outage__HoldAtMost", holdAtMost), ("Jobs__Concurrency", "2"),
        ];
        await installation.StartIngestAsync([.. s3, ("S3_ENDPOINT", bucket.Endpoint.ToString())]);
        await installation.StartThumbnailAsync([.. s3, ("S3_ENDPOINT", proxy.Endpoint.ToString())]);

        proxy.Inject(Fault.Refuse);
        var accepted = await installation.Client.IngestAsync(Enumerable.Range(0, 6).Select(i => Samples.Named($"{i}.jpg", Samples.Jpeg)));
        await Eventually.Until(() => installation.ScalarAsync<bool>("select count(*) > 0 from job_attempts where ended_at is not null"));
        await Task.Delay(TimeSpan.FromSeconds(8));
        proxy.Heal();
        var status = await installation.UntilFinishedAsync(accepted.JobId);

        (status.Progress.Done, status.Progress.Failed).ShouldBe((done, failed));
        (await installation.ScalarAsync<bool>("select bool_or(outcome = 'transient') from job_attempts")).ShouldBe(failed > 0);
        if (failed > 0)
            return;
        status.Assets.ShouldAllBe(asset => asset.Attempts == 1 && asset.Error == null);
        // Only what ran when the store went away was started in vain; the others waited unclaimed.
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'interrupted'")).ShouldBeInRange(1, 4);
    }
}
