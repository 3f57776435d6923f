using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Submission of ingests: idempotency keys, waiting for results, and progress.</summary>
public sealed class IngestTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync(("Ingest__MaxWait", "00:01:30"));
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_repeated_key_and_request_get_the_same_answer_and_have_one_effect()
    {
        using var first = await PostAsync("key-1", "voyage", [1, 2, 3]);
        using var again = await PostAsync("key-1", "voyage", [1, 2, 3]);

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        again.Headers.Location.ShouldBe(first.Headers.Location);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(1);
        Directory.EnumerateFiles(Path.Combine(_installation.Store, "originals"), "*", SearchOption.AllDirectories).Count().ShouldBe(1);

        await ShouldBeProblemAsync(await PostAsync("key-1", "voyage", [1, 2, 4]), 422, "idempotency_key_reused");
        await ShouldBeProblemAsync(await PostAsync("key-1", "journey", [1, 2, 3]), 422, "idempotency_key_reused");
        await ShouldBeProblemAsync(await PostAsync("two words", "voyage", [1]), 400, "invalid_idempotency_key");
        (await PostAsync("key-2", "voyage", [1, 2, 3])).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(2);
    }

    [Fact]
    public async Task A_burst_of_requests_larger_than_the_pool_of_connections_is_accepted()
    {
        await _installation.StartIngestAsync(
            ("ConnectionStrings__Postgres", $"{_installation.Database.ConnectionString};Maximum Pool Size=12;Timeout=60"));

        // A new owner, which the service has not cached, so that each request queries the database.
        var accepted = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            _installation.Client.IngestAsync([new($"{i}.png", () => new MemoryStream([1, 2, 3]))]))).WaitAsync(TimeSpan.FromSeconds(50));

        accepted.Select(ingest => ingest.JobId).ShouldBeUnique();
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(60);
    }

    [Fact]
    public async Task A_key_is_in_use_while_its_request_runs_and_free_when_it_failed()
    {
        using var release = new SemaphoreSlim(0);
        var slow = PostAsync("key-1", "voyage", new SlowContent([1, 2, 3], release.WaitAsync));
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from idempotency_keys") == 1);

        using (var refused = await PostAsync("key-1", "voyage", [1, 2, 3]))
        {
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await ShouldBeProblemAsync(refused, 409, "idempotency_key_in_use");
        }

        release.Release();
        (await slow).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await ShouldBeProblemAsync(await PostAsync("key-2", "Not A Slug", [1]), 400, "invalid_field");
        (await PostAsync("key-2", "voyage", [1])).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_crash_during_a_request_does_not_lock_its_key_permanently()
    {
        using var release = new SemaphoreSlim(0);
        var cut = PostAsync("key-1", "voyage", new SlowContent([1, 2, 3], release.WaitAsync));
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from idempotency_keys") == 1);
        await _installation.KillIngestAsync();
        release.Release();
        await Should.ThrowAsync<HttpRequestException>(cut);
        // Makes the lease of the dead process lapse.
        await _installation.ExecuteAsync("update idempotency_keys set held_until = now() - interval '1 second'");
        await _installation.StartIngestAsync();

        (await PostAsync("key-1", "voyage", [1, 2, 3])).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(1);
    }

    [Fact]
    public async Task A_request_that_waits_gets_the_results_or_202()
    {
        using (var late = await PostAsync(null, "voyage", [1, 2, 3], "wait=1"))
        {
            late.StatusCode.ShouldBe(HttpStatusCode.Accepted, "No worker runs yet.");
            late.Headers.GetValues("Preference-Applied").ShouldBe(["wait=1"]);
            late.Headers.Location.ShouldNotBeNull();
        }

        await _installation.StartThumbnailAsync();
        using var done = await PostAsync(null, "voyage", Samples.Png, "respond-async, wait=90");
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        var status = await done.Content.ReadFromJsonAsync<JsonElement>();
        status.GetProperty("status").GetString().ShouldBe("finished");
        status.GetProperty("eta_seconds").GetDouble().ShouldBe(0);
        status.GetProperty("assets")[0].GetProperty("result").GetProperty("width").GetInt32().ShouldBe(640);
        status.GetProperty("collection").GetString().ShouldBe("voyage");

        var collection = status.GetProperty("job_id").GetGuid();
        (await _installation.UntilFinishedAsync(collection)).Progress.Done.ShouldBe(1);
    }

    [Fact]
    public async Task The_client_sends_a_key_and_waits_on_request()
    {
        await _installation.StartThumbnailAsync();
        var client = _installation.Client;

        var first = await client.IngestAsync([Samples.Named("a.png", Samples.Png)], idempotencyKey: "key-1");
        (await client.IngestAsync([Samples.Named("a.png", Samples.Png)], idempotencyKey: "key-1")).JobId.ShouldBe(first.JobId);
        (await Should.ThrowAsync<MangaMotionException>(client.IngestAsync([Samples.Named("b.png", Samples.Png)], idempotencyKey: "key-1")))
            .Problem.Code.ShouldBe("idempotency_key_reused");
        (await Should.ThrowAsync<MangaMotionException>(
            client.IngestAsync([Samples.Named("a.png", Samples.Png)], idempotencyKey: "two words")))
            .Problem.Code.ShouldBe("invalid_idempotency_key");

        var done = await client.IngestAndWaitAsync(
            [Samples.Named("a.png", Samples.Png)], TimeSpan.FromSeconds(90), idempotencyKey: "key-2");
        (done.Status, done.Assets[0].Status).ShouldBe(("finished", "DONE"));
        (await client.IngestAndWaitAsync([Samples.Named("a.png", Samples.Png)], TimeSpan.FromSeconds(90), idempotencyKey: "key-2")).JobId
            .ShouldBe(done.JobId);
        var late = await client.IngestAndWaitAsync(
            [Samples.Named("a.png", Samples.Png)], TimeSpan.FromSeconds(1),
            new Dictionary<string, string> { ["not_before"] = "2999-01-01T00:00:00Z" });
        late.Status.ShouldBe("accepted");
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(3);
    }

    [Fact]
    public async Task Records_and_files_of_one_request_are_waited_for_together()
    {
        await _installation.StartRecordsAsync();
        await _installation.StartThumbnailAsync();

        using var records = await PostFormAsync(new() { { new StringContent("""[{"a":1},{"a":2}]"""), "payload" } }, "wait=90");
        await ShouldBeDoneAsync(records, ("payload", "sql"));
        using var both = await PostFormAsync(
            new()
            {
                { new StringContent("""{"a":1}{"a":[2]}"""), "payload", "two.json" },
                { new ByteArrayContent(Samples.Png), "files", "a.png" },
            },
            "wait=90");
        await ShouldBeDoneAsync(both, ("two.json", "jsonb"), ("a.png", null));
        // The worker rejects the payload: the ingest is finished and has the reason.
        using var broken = await PostFormAsync(new() { { new StringContent("""[{"a":1},{"a":"""), "payload" } }, "wait=90");
        broken.StatusCode.ShouldBe(HttpStatusCode.OK);
        var asset = (await broken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("assets")[0];
        asset.GetProperty("status").GetString().ShouldBe("FAILED");
        asset.GetProperty("error").GetString()!.ShouldStartWith("Record 2 is incomplete");

        static async Task ShouldBeDoneAsync(HttpResponseMessage answer, params (string Name, string? Storage)[] assets)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var status = await answer.Content.ReadFromJsonAsync<JsonElement>();
            status.GetProperty("status").GetString().ShouldBe("finished");
            status.GetProperty("progress").GetProperty("done").GetInt32().ShouldBe(assets.Length);
            status.GetProperty("assets").EnumerateArray()
                .Select(
                    done =>
                        (done.GetProperty("name").GetString()!,
                            done.GetProperty("result").TryGetProperty("storage", out var storage) ? storage.GetString() : null))
                .ShouldBe(assets);
        }
    }

    [Fact]
    public async Task A_time_without_an_offset_is_UTC_in_any_time_zone_of_the_service()
    {
        await _installation.StartIngestAsync(("TZ", "Asia/Tokyo"));
        await _installation.Client.IngestAsync(
            [Samples.Named("a", [1])], new Dictionary<string, string> { ["not_before"] = "2999-01-31T18:00:00" });

        (await _installation.ScalarAsync<DateTime>("select not_before from ingests")).ShouldBe(
            new(2999, 1, 31, 18, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task A_repeated_request_that_waits_is_answered_when_the_ingest_ends()
    {
        // Longer than the client's time-out. Without a notification of the end, the answer would be too late.
        await _installation.StartIngestAsync(("Ingest__MaxWait", "00:10:00"));
        using var first = await PostAsync("key-1", "voyage", Samples.Png);
        var again = PostAsync("key-1", "voyage", Samples.Png, "wait=600");
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from ingest_waits") == 1);
        await _installation.StartThumbnailAsync();

        (await again).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_repeated_request_gets_its_answer_though_the_quota_is_used_up()
    {
        await _installation.StartIngestAsync(("Quotas__OutstandingJobs", "1"));
        using var first = await PostAsync("key-1", "voyage", [1]);
        using var again = await PostAsync("key-1", "voyage", [1]);

        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        await ShouldBeProblemAsync(await PostAsync("key-2", "voyage", [1]), 429, "too_many_outstanding_jobs");
    }

    [Fact]
    public async Task A_caller_that_disconnects_during_the_commit_leaves_a_complete_ingest()
    {
        // A statement that continues after its cancellation for longer than the driver waits.
        await _installation.ExecuteAsync(
            """
            create function slow() returns trigger language plpgsql as $$
            begin
                begin
                    perform pg_sleep(3);
                exception when query_canceled then
                    perform pg_sleep(5);
                end;
                return null;
            end $$
            """);
        await _installation.ExecuteAsync("create trigger slow after insert on ingests for each row execute function slow()");
        using var impatience = new CancellationTokenSource();
        var cut = _installation.Client.IngestAsync([Samples.Named("a.png", Samples.Png)], cancellationToken: impatience.Token);
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from pg_stat_activity "
            + "where datname = current_database() and wait_event = 'PgSleep'") == 1);
        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(cut);
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from ingests") == 1);

        await _installation.StartThumbnailAsync();
        var ingest = await _installation.ScalarAsync<Guid>("select id from ingests");
        (await _installation.UntilFinishedAsync(ingest)).Progress.Done.ShouldBe(1);
    }

    [Fact]
    public async Task Without_asynchronous_thumbnails_waiting_is_the_default()
    {
        await _installation.StartThumbnailAsync();
        await _installation.StartIngestAsync(("ASYNC_THUMBNAILS", "0"), ("Ingest__MaxWait", "00:01:30"));

        using var done = await PostAsync(null, "voyage", Samples.Png);
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var accepted = await PostAsync(null, "voyage", Samples.Png, "respond-async");
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_thousand_files_in_one_request_are_accepted_in_bounded_memory_and_counted()
    {
        var accepted = await _installation.Client.IngestAsync(
            Enumerable.Range(0, 1_000).Select(i => Samples.Named($"{i}.bin", new byte[20_000])),
            new Dictionary<string, string> { ["callback_url"] = "https://example.org/done" });

        accepted.Assets.Count.ShouldBe(1_000);
        var status = await _installation.Client.GetIngestStatusAsync(accepted.JobId);
        status.Progress.ShouldBe(new(0, 0, 1_000, 0, 0, 1_000));
        status.Status.ShouldBe("accepted");
        status.EtaSeconds.ShouldBeNull("No worker lives.");
        (await _installation.Client.ListAssetsAsync(accepted.JobId).Select(asset => asset.Name).ToArrayAsync()).ShouldBe(
            Enumerable.Range(0, 1_000).Select(i => $"{i}.bin"));
        (await _installation.ScalarAsync<string>("select callback_url from ingests")).ShouldBe("https://example.org/done");
        _installation.Ingest.PeakMemory.ShouldBeLessThan(400L << 20);
    }

    private Task<HttpResponseMessage> PostAsync(string? key, string collection, byte[] content, string? prefer = null) =>
        PostAsync(key, collection, new ByteArrayContent(content), prefer);

    private async Task<HttpResponseMessage> PostAsync(string? key, string collection, HttpContent content, string? prefer = null)
    {
        using var form = new MultipartFormDataContent { { new StringContent(collection), "collection" }, { content, "files", "a.png" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest") { Content = form };
        request.Headers.Add("X-Api-Key", Installation.Key);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        return await _installation.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PostFormAsync(MultipartFormDataContent form, string prefer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest") { Content = form };
        request.Headers.Add("X-Api-Key", Installation.Key);
        request.Headers.Add("Prefer", prefer);
        return await _installation.Http.SendAsync(request);
    }

    private static async Task ShouldBeProblemAsync(HttpResponseMessage response, int status, string code)
    {
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        ((int)response.StatusCode).ShouldBe(status, problem.ToString());
        problem.GetProperty("code").GetString().ShouldBe(code);
    }
}
