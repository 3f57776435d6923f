using System.Net;
using System.Net.Http.Json;
using System.Text;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Deletion by owners, takedown by operators, and the audit of changes.</summary>
public sealed class RemovalTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    private MangaMotionClient Client => _installation.Client;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync(("Sweep__UploadInterval", "00:00:01"));
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task An_ingest_is_deleted_with_its_rows_and_objects_and_only_once()
    {
        await _installation.StartThumbnailAsync();
        await _installation.StartRecordsAsync();
        var kept = await Client.IngestAsync([Samples.Named("kept.png", Samples.Png)]);
        var media = await Client.IngestAsync([Samples.Named("a.png", Samples.Png), Samples.Named("broken.png", [1, 2, 3])]);
        var records = await Client.IngestRecordsAsync(
            new MemoryStream(Encoding.UTF8.GetBytes("""[{"a":1},{"a":2}]""")), new Dictionary<string, string> { ["collection"] = "rows" });
        foreach (var ingest in (Guid[])[kept.JobId, media.JobId, records.JobId])
            await _installation.UntilFinishedAsync(ingest);
        var waiting = await Client.IngestAsync(
            [Samples.Named("later.png", Samples.Png)], new Dictionary<string, string> { ["not_before"] = "2100-01-01T00:00:00Z" });

        foreach (var ingest in (Guid[])[media.JobId, records.JobId, waiting.JobId])
        {
            await Client.DeleteIngestAsync(ingest);
            await ShouldBeDeletedAsync("unknown_ingest", () => Client.DeleteIngestAsync(ingest));
            await ShouldBeDeletedAsync("unknown_ingest", () => Client.GetIngestStatusAsync(ingest));
        }

        (await Client.GetIngestsAsync()).Ingests.ShouldHaveSingleItem().Id.ShouldBe(kept.JobId);
        (await _installation.ScalarAsync<long>("select count(*) from jobs")).ShouldBe(1);
        (await _installation.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
        (await _installation.ScalarAsync<long>("select count(*) from records.loads")).ShouldBe(0);
        (await _installation.ScalarAsync<long>("select coalesce(sum(done + failed + queued + canceled), 0)::bigint from job_count_totals"))
            .ShouldBe(1);
        ObjectsOf(kept.JobId).ShouldHaveSingleItem();
        ObjectsOf(media.JobId).ShouldBeEmpty();
        Directory.GetFiles(_installation.Store, "*", SearchOption.AllDirectories).Count(
            file => file.Contains("/processed/", StringComparison.Ordinal))
            .ShouldBe(2, "the derivatives of the kept file");

        var entries = (await Client.GetAuditAsync()).Entries;
        entries.Select(entry => (entry.Action, entry.Target)).ShouldBe(
            [("deleteIngest", $"{waiting.JobId}"), ("deleteIngest", $"{records.JobId}"), ("deleteIngest", $"{media.JobId}")]);
    }

    [Fact]
    public async Task An_asset_and_a_video_are_deleted_and_a_chapter_that_others_use_stays()
    {
        var chapter = await Client.IngestAsync([Samples.Named("1.png", Samples.Page), Samples.Named("2.png", Samples.Page)]);
        var own = await Client.CreateVideoAsync([Samples.Named("page.png", Samples.Page)]);

        await Client.DeleteAssetAsync(chapter.Assets[0].AssetId);
        await ShouldBeDeletedAsync("unknown_asset", () => Client.DeleteAssetAsync(chapter.Assets[0].AssetId));
        await Client.DeleteVideoAsync(own.Id);
        await ShouldBeDeletedAsync("unknown_video", () => Client.DeleteVideoAsync(own.Id));

        (await Client.GetIngestStatusAsync(chapter.JobId)).Assets.ShouldHaveSingleItem().Name.ShouldBe("2.png");
        ObjectsOf(chapter.JobId).ShouldHaveSingleItem();
        ObjectsOf(own.IngestId).ShouldBeEmpty();
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(1);
    }

    [Fact]
    public async Task A_deletion_succeeds_without_the_store_and_the_objects_are_deleted_when_it_is_available()
    {
        var chapter = await Client.IngestAsync([Samples.Named("1.png", Samples.Page), Samples.Named("2.png", Samples.Png)]);
        var deleted = await Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        Directory.Move(_installation.Store, $"{_installation.Store}-away");

        await Client.DeleteAssetAsync(chapter.Assets[0].AssetId);
        await Client.DeleteIngestAsync(deleted.JobId);

        await ShouldBeDeletedAsync("unknown_ingest", () => Client.DeleteIngestAsync(deleted.JobId));
        (await Client.GetAuditAsync()).Entries.Select(entry => entry.Action).ShouldBe(["deleteIngest", "deleteAsset"]);
        Directory.Move($"{_installation.Store}-away", _installation.Store);
        await Eventually.Until(
            () => ObjectsOf(deleted.JobId).Length == 0 && ObjectsOf(chapter.JobId).Length == 1, what: "the objects are removed");
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from object_removals") == 0);
    }

    [Fact]
    public async Task Of_two_concurrent_deletions_one_answers_204_and_the_other_404()
    {
        for (var i = 0; i < 10; i++)
        {
            var ingest = await Client.IngestAsync([Samples.Named("a.png", Samples.Png), Samples.Named("b.png", Samples.Png)]);

            var answers = await Task.WhenAll(
                Enumerable.Range(0, 3).Select(_ => StatusOfAsync(() => Client.DeleteIngestAsync(ingest.JobId))));

            answers.Order().ShouldBe([204, 404, 404]);
        }

        (await Client.GetAuditAsync()).Entries.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_null_body_is_rejected_with_a_message()
    {
        string[] paths = ["takedowns", "keys", "failed-jobs/retry", "keys/00000000-0000-4000-8000-000000000001/rotate", "uploads"];
        foreach (var path in paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/{path}")
            {
                Content = new StringContent("null", Encoding.UTF8, "application/json"),
                Headers = { { "X-Api-Key", Installation.Key } },
            };

            using var response = await _installation.Http.SendAsync(request);

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            var problem = (await response.Content.ReadFromJsonAsync<Problem>(ApiJson.Options))!;
            (problem.Code, problem.Detail).ShouldBe(("invalid_json", "The body is missing or null. Send a JSON object."), path);
        }
    }

    [Fact]
    public async Task A_takedown_by_hash_deletes_the_files_of_every_owner_and_is_in_the_audit()
    {
        var tenant = await Client.CreateApiKeyAsync(new("Acme", ["submit", "read", "operate"], Guid.NewGuid()));
        var acme = MangaMotionClient.Create(_installation.Http.BaseAddress!, tenant.Key);
        var foreign = await acme.IngestAsync([Samples.Named("same.png", Samples.Png), Samples.Named("other.png", Samples.Page)]);
        await Client.IngestAsync([Samples.Named("mine.png", Samples.Png)]);
        await acme.CreateVideoAsync([Samples.Named("page.png", Samples.Png)]);
        var hash = await _installation.ScalarAsync<string>("select sha256 from assets where name = 'same.png'");

        var refused = await Should.ThrowAsync<MangaMotionException>(() => acme.TakeDownAsync(new(hash, "*")));
        var taken = await Client.TakeDownAsync(new(hash.ToUpperInvariant(), "*"));

        refused.Problem.Code.ShouldBe("foreign_owner");
        (taken.Assets, taken.Videos).ShouldBe((3, 1));
        (await Client.TakeDownAsync(new(hash, "*"))).ShouldBe(new TakedownResult(0, 0));
        (await acme.GetIngestStatusAsync(foreign.JobId)).Assets.ShouldHaveSingleItem().Name.ShouldBe("other.png");
        (await acme.GetAuditAsync()).Entries.ShouldBeEmpty();
        var entry = (await Client.GetAuditAsync(new Dictionary<string, string> { ["action"] = "takeDown" })).Entries[^1];
        (entry.KeyName, entry.Count).ShouldBe(("first key (MANGAMOTION_API_KEY)", 4));
        entry.Filter!.Value.GetProperty("sha256").GetString().ShouldBe(hash.ToUpperInvariant());
    }

    [Fact]
    public async Task Every_change_leaves_a_row_that_only_its_owner_and_the_first_key_see()
    {
        var ingest = await Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        var job = (await Client.GetIngestStatusAsync(ingest.JobId)).Assets[0].JobId;
        await Client.CancelJobAsync(job);
        await Client.ReplayJobAsync(job);
        await Client.PauseQueueAsync("thumbnail");
        await Client.ResumeQueueAsync("thumbnail");
        var key = await Client.CreateApiKeyAsync(new("Acme", ["read", "operate"], Guid.NewGuid()));
        await Client.DeleteFailedJobsAsync("30d");
        await Client.ReplayFailedJobsAsync(new() { All = true });
        key = await Client.RotateApiKeyAsync(key.Info.Id, new(DateTimeOffset.UtcNow.AddDays(1)));
        await PostAsync("webhooks/secret");
        var acme = MangaMotionClient.Create(_installation.Http.BaseAddress!, key.Key);

        var page = await Client.GetAuditAsync(new Dictionary<string, string> { ["pageSize"] = "3" });
        var rest = await Client.GetAuditAsync(new Dictionary<string, string> { ["pageToken"] = page.NextPageToken! });

        page.Entries.Concat(rest.Entries).Select(entry => entry.Action).ShouldBe(
            ["renewWebhookSecret", "rotateKey", "replayFailedJobs", "deleteFailedJobs", "createKey", "resumeQueue", "pauseQueue",
                "retryJob", "cancelJob"]);
        page.Entries[1].Filter!.Value.TryGetProperty("expires_at", out _).ShouldBeTrue();
        rest.Entries[0].Filter!.Value.GetProperty("older_than").GetString().ShouldBe("30d");
        rest.Entries[^1].Target.ShouldBe($"{job}");
        (await acme.GetAuditAsync()).Entries.ShouldBeEmpty();
        await Should.ThrowAsync<MangaMotionException>(() => acme.CancelJobAsync(job));
        (await acme.GetAuditAsync()).Entries.ShouldBeEmpty("a refused change is none");
    }

    private static async Task ShouldBeDeletedAsync(string code, Func<Task> request)
    {
        var problem = (await request.ShouldThrowAsync<MangaMotionException>()).Problem;
        (problem.Status, problem.Code).ShouldBe((404, code));
    }

    private async Task PostAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/{path}") { Headers = { { "X-Api-Key", Installation.Key } } };
        using var response = await _installation.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<int> StatusOfAsync(Func<Task> request)
    {
        try
        {
            await request();
            return 204;
        }
        catch (MangaMotionException exception)
        {
            return exception.Problem.Status;
        }
    }

    private string[] ObjectsOf(Guid ingest)
    {
        try
        {
            return Directory.GetFiles(Path.Combine(_installation.Store, "originals", $"{ingest:N}"));
        }
        catch (DirectoryNotFoundException)
        {
            // The folder goes with its last object.
            return [];
        }
    }
}
