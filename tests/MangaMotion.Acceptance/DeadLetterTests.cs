using System.Net;
using System.Net.Http.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Dead letters from the first failure to the closed group, over HTTP and real processes.</summary>
public sealed class DeadLetterTests(TestStack stack)
{
    private static readonly (string, string) NoPause = ("Retry__Delay", "00:00:00");

    [Fact]
    public async Task Forty_failures_of_the_store_are_one_group_that_a_canary_and_a_release_close()
    {
        await using var bucket = await stack.CreateBucketAsync();
        await using var store = await FaultProxy.StartAsync(bucket.Endpoint);
        await using var installation = await Installation.CreateAsync(stack);
        var settings = bucket.Settings.Select(setting => (setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!))
            .ToArray();
        await installation.StartIngestAsync(settings);
        await installation.StartThumbnailAsync(
            [.. settings, ("S3_ENDPOINT", store.Endpoint.ToString()), ("Storage__S3__MaxRetries", "0"), ("Outage__HoldAtMost", "00:00:00"),
                NoPause]);
        store.Inject(Fault.Refuse);
        var accepted = await installation.Client.IngestAsync(Enumerable.Range(0, 40).Select(i => Samples.Named($"{i}.jpg", Samples.Jpeg)));
        (await installation.UntilFinishedAsync(accepted.JobId)).Progress.Failed.ShouldBe(40);

        var group = (await installation.Client.GetFailedJobGroupsAsync()).Groups!.ShouldHaveSingleItem();
        (group.Status, group.Open, group.Replaying, group.Resolved).ShouldBe(("open", 40, 0, 0));
        group.Sample.Code.ShouldBe("store_unavailable");
        group.LastSeen.ShouldBeGreaterThan(group.FirstSeen);
        await installation.UntilErrorDepthAsync("thumbnail_error", 40);

        // Too early: the store is still unavailable, so only the canary fails.
        var early = await ReplayAsync(installation, new() { Fingerprint = group.Fingerprint, Canary = true });
        (early.Status, early.Total, early.Released, early.FailedAgain, early.Skipped).ShouldBe(("stopped", 40, 1, 1, 39));
        early.Reason!.ShouldContain("canary");
        (await installation.Client.GetFailedJobGroupsAsync()).Groups!.ShouldHaveSingleItem().Open.ShouldBe(40);

        store.Heal();
        var retry = await ReplayAsync(installation, new() { Fingerprint = group.Fingerprint, Canary = true });

        (retry.Status, retry.Total, retry.Succeeded, retry.FailedAgain).ShouldBe(("finished", 40, 40, 0));
        var closed = (await installation.Client.GetFailedJobGroupsAsync()).Groups!.ShouldHaveSingleItem();
        (closed.Status, closed.Open, closed.Replaying, closed.Resolved).ShouldBe(("resolved", 0, 0, 40));
        (await installation.UntilFinishedAsync(accepted.JobId)).Progress.Done.ShouldBe(40);
        await installation.UntilErrorDepthAsync("thumbnail_error", 0);
    }

    [Fact]
    public async Task Kill_minus_9_of_ingest_during_a_batch_replays_each_dead_letter_once()
    {
        const int Count = 250;
        await using var installation = await Installation.CreateAsync(stack);
        var ingest = await installation.StartIngestAsync();
        await installation.StartThumbnailAsync();
        await FailAsync(installation, Count);
        ReplayProgress retry;

        // A lock on a job of the second step stops the batch after the first.
        await using (var connection = await installation.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = connection.CreateCommand();
            hold.CommandText =
                "select from jobs where id = (select job_id from failed_jobs order by created_at, id offset 150 limit 1) for update";
            await hold.ExecuteNonQueryAsync();
            retry = await installation.Client.ReplayFailedJobsAsync(new() { All = true });
            retry.Total.ShouldBe(Count);
            await Eventually.Until(
                async () => (await installation.Client.GetReplayAsync(retry.Id)) is { Released: 100, FailedAgain: 100 },
                TimeSpan.FromSeconds(60));

            await ingest.KillAsync();
        }

        await installation.StartIngestAsync();
        var again = await installation.Client.ReplayFailedJobsAsync(new() { Type = "thumbnail", Until = retry.CreatedAt });
        retry = await UntilEndedAsync(installation, retry.Id);

        again.Total.ShouldBe(0);
        (retry.Status, retry.Released, retry.FailedAgain, retry.Skipped).ShouldBe(("finished", Count, Count, 0));
        (await installation.ScalarAsync<long>("select count(*) from job_attempts")).ShouldBe(2 * Count);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs where status = 'FAILED_AGAIN'")).ShouldBe(Count);
        var group = (await installation.Client.GetFailedJobGroupsAsync()).Groups!.ShouldHaveSingleItem();
        (group.Status, group.Open, group.Resolved).ShouldBe(("open", Count, 0));
        await installation.UntilErrorDepthAsync("thumbnail_error", Count);
    }

    [Fact]
    public async Task Dead_letters_are_listed_filtered_shown_by_scope_and_deleted()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        await installation.StartThumbnailAsync();
        await FailAsync(installation, 5);
        var client = installation.Client;

        var first = await client.GetFailedJobsAsync("pageSize=3&status=open&type=thumbnail&collection=bad");
        var second = await client.GetFailedJobsAsync($"pageSize=3&pageToken={first.NextPageToken}");
        first.Items!.Concat(second.Items!).Select(deadLetter => deadLetter.Id).Distinct().Count().ShouldBe(5);
        second.NextPageToken.ShouldBeNull();
        var sample = first.Items![0];
        foreach (var (query, count) in ((string, int)[])[
            ("status=resolved", 0), ($"error={sample.Code}", 5), ("q=3.txt", 1), ($"q={sample.JobId}", 1), ("collection=good", 0),
            ($"fingerprint={sample.Fingerprint}", 5), ("until=2020-01-01T00:00:00Z", 0), ("since=2020-01-01T00:00:00Z", 5)])
            (await client.GetFailedJobsAsync(query)).Items!.Count.ShouldBe(count, query);

        var detail = await client.GetFailedJobAsync(sample.Id);
        detail.Operator!.Stack.ShouldContain("at MangaMotion.");
        detail.Operator.Input.GetProperty("job_id").GetGuid().ShouldBe(sample.JobId);
        var owner = await installation.ScalarAsync<Guid>("select owner_id from failed_jobs limit 1");
        var reader = await installation.AddKeyAsync("reader", owner, "read");
        var read = await reader.GetFailedJobAsync(sample.Id);
        (read.Cause, read.Operator).ShouldBe((detail.Cause, null));
        read.Remedy.ShouldNotBeEmpty();
        (await reader.GetFailedJobGroupsAsync()).Groups!.ShouldHaveSingleItem().ErrorClass.ShouldBeNull();
        await ShouldBeRejectedAsync(403, "missing_scope", () => reader.ReplayFailedJobsAsync(new() { All = true }));

        var other = await installation.AddKeyAsync("other", Guid.NewGuid(), "submit", "read", "operate");
        (await other.GetFailedJobsAsync()).Items!.ShouldBeEmpty();
        await ShouldBeRejectedAsync(404, "unknown_failed_job", () => other.GetFailedJobAsync(sample.Id));
        await ShouldBeRejectedAsync(404, "unknown_failed_job", () => other.ReplayFailedJobsAsync(new() { Ids = [sample.Id] }));
        (await other.DeleteFailedJobsAsync("0s")).ShouldBe(0);

        await ShouldBeRejectedAsync(400, "invalid_filter", () => client.ReplayFailedJobsAsync(new()));
        await ShouldBeRejectedAsync(400, "invalid_filter", () => client.ReplayFailedJobsAsync(new() { All = true, Type = "thumbnail" }));
        await ShouldBeRejectedAsync(400, "invalid_status", () => client.GetFailedJobsAsync("status=broken"));
        await ShouldBeRejectedAsync(400, "invalid_page_token", () => client.GetFailedJobsAsync("pageToken=forged"));
        await ShouldBeRejectedAsync(400, "invalid_age", () => client.DeleteFailedJobsAsync("30"));
        using var mistyped = new HttpRequestMessage(HttpMethod.Post, "api/v1/failed-jobs/retry")
        {
            Content = JsonContent.Create(new { all = true, canry = true }),
        };
        mistyped.Headers.Add("X-Api-Key", Installation.Key);
        (await installation.Http.SendAsync(mistyped)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        (await ReplayAsync(installation, new() { Ids = [sample.Id] })).FailedAgain.ShouldBe(1);
        await installation.UntilErrorDepthAsync("thumbnail_error", 5);
        (await client.DeleteFailedJobsAsync("1h")).ShouldBe(0);
        (await client.DeleteFailedJobsAsync("0s")).ShouldBe(6);
        await installation.UntilErrorDepthAsync("thumbnail_error", 0);
    }

    [Fact]
    public async Task Dead_letters_over_the_retention_are_deleted_automatically()
    {
        await using var installation = await Installation.CreateAsync(stack);
        (string, string)[] retention = [("DeadLetters__Retention", "1.00:00:00"), ("DeadLetters__RetentionInterval", "00:00:01")];
        await Task.WhenAll(installation.StartIngestAsync(retention), installation.StartThumbnailAsync());
        await FailAsync(installation, 3);

        await using (var age = installation.Database.CreateCommand(
            "update failed_jobs set created_at = now() - interval '25 hours' where id <> (select min(id::text)::uuid from failed_jobs)"))
            await age.ExecuteNonQueryAsync();

        await Eventually.Until(async () => await installation.ScalarAsync<long>("select count(*) from failed_jobs") == 1);
        await installation.UntilErrorDepthAsync("thumbnail_error", 1);
    }

    [Fact]
    public async Task The_operators_commands_show_and_replay_dead_letters_and_create_keys()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        await installation.StartThumbnailAsync();
        await FailAsync(installation, 3);
        var deadLetter = (await installation.Client.GetFailedJobsAsync("q=1.txt")).Items!.ShouldHaveSingleItem();

        var groups = await installation.RunToolAsync("failed", "--group");
        groups.ExitCode.ShouldBe(0);
        groups.Output.ShouldContain(deadLetter.Fingerprint);
        (await installation.RunToolAsync("failed", "--q", "1.txt")).Output.ShouldContain($"{deadLetter.Id}");
        (await installation.RunToolAsync("failed", $"{deadLetter.Id}")).Output.ShouldContain("at MangaMotion.");
        (await installation.RunToolAsync("failed", "--status", "resolved")).Output.ShouldContain("No dead letters.");

        var replay = await installation.RunToolAsync("replay", "--fingerprint", deadLetter.Fingerprint, "--canary");
        replay.ExitCode.ShouldBe(1, replay.Output);
        replay.Output.ShouldContain("stopped: 0 succeeded, 1 failed again, 0 canceled, 2 skipped");
        var unknown = await installation.RunToolAsync("retry", $"{Guid.NewGuid()}");
        unknown.ExitCode.ShouldBe(2, unknown.Errors);
        unknown.Errors.ShouldContain("unknown_failed_job");
        var wrongType = await installation.RunToolAsync("failed", "--type", "thumb");
        wrongType.ExitCode.ShouldBe(2, wrongType.Errors);
        wrongType.Errors.ShouldContain("type must be one of thumbnail, records, video.");
        (await installation.RunToolAsync("failed", "--since", "2100-01-01")).Output.ShouldContain("No dead letters.");
        (await installation.RunToolAsync("failed", "--until", "2100-01-01")).Output.ShouldContain("1.txt");

        var created = await installation.RunToolAsync("keys", "create", "Acme", "--scopes", "read", "--new-owner");
        var client = MangaMotionClient.Create(installation.Http.BaseAddress!, created.Output.Trim());
        (await client.GetFailedJobsAsync()).Items!.ShouldBeEmpty();
        var key = (await installation.Client.GetApiKeysAsync()).Single(key => !key.IsFirst);
        (await installation.RunToolAsync("keys", "list")).Output.ShouldContain("Acme");
        (await installation.RunToolAsync("keys", "revoke", $"{key.Id}")).ExitCode.ShouldBe(0);
        (await installation.Client.GetApiKeysAsync()).Single(listed => listed.Id == key.Id).RevokedAt.ShouldNotBeNull();
    }

    /// <summary>Submits invalid files, which are dead-lettered at their first attempt for the same reason.</summary>
    private static async Task FailAsync(Installation installation, int count)
    {
        var files = Enumerable.Range(0, count).Select(i => Samples.Named($"{i}.txt", [1, 2, 3]));
        var accepted = await installation.Client.IngestAsync(files, new Dictionary<string, string> { ["collection"] = "bad" });
        (await installation.UntilFinishedAsync(accepted.JobId)).Progress.Failed.ShouldBe(count);
    }

    private static async Task<ReplayProgress> ReplayAsync(Installation installation, ReplayFailedJobs request) =>
        await UntilEndedAsync(installation, (await installation.Client.ReplayFailedJobsAsync(request)).Id);

    private static async Task<ReplayProgress> UntilEndedAsync(Installation installation, Guid retry)
    {
        await Eventually.Until(
            async () => (await installation.Client.GetReplayAsync(retry)).Status != "running",
            TimeSpan.FromSeconds(90),
            "the replay has ended");
        return await installation.Client.GetReplayAsync(retry);
    }

    private static async Task ShouldBeRejectedAsync(int status, string code, Func<Task> request)
    {
        var problem = (await request.ShouldThrowAsync<MangaMotionException>()).Problem;
        (problem.Status, problem.Code).ShouldBe((status, code));
    }
}
