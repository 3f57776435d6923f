using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Lists of jobs, collections, and the operations of an operator.</summary>
public sealed class OperationsTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    private MangaMotionClient Api => _installation.Client;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync();
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Jobs_are_listed_by_filters_and_pages()
    {
        var voyage = await IngestAsync("voyage", "one.bin", "two.bin", "100%_sure.bin");
        await IngestAsync("journey", "three.bin");
        var last = (await ListAsync("pageSize=1")).Jobs[0];
        await Api.CancelJobAsync(last.Id);

        (await ListAsync("")).Jobs.Count.ShouldBe(4);
        (await ListAsync("status=CANCELED")).Jobs.Single().Id.ShouldBe(last.Id);
        (await ListAsync("status=uploaded,canceled")).Jobs.Count.ShouldBe(4);
        (await ListAsync("type=records")).Jobs.ShouldBeEmpty();
        (await ListAsync("collection=voyage")).Jobs.Select(job => job.Name).ShouldBe(
            ["100%_sure.bin", "two.bin", "one.bin"], ignoreOrder: true);
        (await ListAsync("q=WO.b")).Jobs.Single().Name.ShouldBe("two.bin");
        (await ListAsync("q=%25_")).Jobs.Single().Name.ShouldBe("100%_sure.bin");
        (await ListAsync($"q={voyage.JobId}")).Jobs.Count.ShouldBe(3);

        var first = await ListAsync("pageSize=3");
        var second = await ListAsync($"pageSize=3&pageToken={first.NextPageToken}");
        first.Jobs.Concat(second.Jobs).Select(job => job.Id).Distinct().Count().ShouldBe(4);
        second.NextPageToken.ShouldBeNull();
        foreach (var (query, code) in ((string, string)[])[
            ("status=UNKNOWN", "invalid_status"), ("pageToken=forged", "invalid_page_token"), ("pageSize=0", "invalid_page_size")])
            (await Should.ThrowAsync<MangaMotionException>(ListAsync(query))).Problem.Code.ShouldBe(code);

        var collection = await Api.GetCollectionStatusAsync("voyage");
        collection.Progress.Total.ShouldBe(3);
        collection.Ingests.ShouldBe(1);
        (await Should.ThrowAsync<MangaMotionException>(Api.GetCollectionStatusAsync("nowhere"))).Problem.Code.ShouldBe(
            "unknown_collection");
    }

    [Fact]
    public async Task A_paused_queue_stays_paused_through_restarts_until_it_is_resumed()
    {
        var worker = await _installation.StartThumbnailAsync();
        (await Api.PauseQueueAsync("thumbnail")).Paused.ShouldBeTrue();
        await worker.KillAsync();
        await _installation.StartThumbnailAsync();
        var held = await IngestAsync("voyage", "a.bin");
        var high = await IngestAsync("voyage", "high", "b.bin");

        // The other lane is served, so the worker runs.
        await _installation.UntilFinishedAsync(high.JobId);
        (await Api.GetIngestStatusAsync(held.JobId)).Progress.Queued.ShouldBe(1);
        (await Api.GetQueuesAsync()).Queues.Single(queue => queue.Paused).Name.ShouldBe("thumbnail");
        var paused = (await Api.GetScalingAsync()).Types.Single(type => type.Type == "thumbnail");
        paused.WorkersNeeded.ShouldBe(0, "more workers would not help");

        (await Api.ResumeQueueAsync("thumbnail")).Paused.ShouldBeFalse();
        await _installation.UntilFinishedAsync(held.JobId);
        (await Should.ThrowAsync<MangaMotionException>(Api.PauseQueueAsync("nowhere"))).Problem.Code.ShouldBe("unknown_queue");
    }

    [Fact]
    public async Task A_pause_has_a_reason_an_end_and_a_name_and_can_hold_all_lanes()
    {
        var until = DateTimeOffset.UtcNow.AddHours(2);
        var paused = await Api.PauseQueueAsync(
            "records-low", new() { Reason = " Move of the <b>store</b> ", Until = until, AllLanes = true });

        (paused.Paused, paused.PauseReason, paused.PausedBy).ShouldBe(
            (true, "Move of the <b>store</b>", "first key (MANGAMOTION_API_KEY)"));
        (paused.PausedUntil!.Value - until).Duration().ShouldBeLessThan(TimeSpan.FromMilliseconds(1));
        (await Api.GetQueuesAsync()).Queues.Where(queue => queue.Paused).Select(queue => queue.Name)
            .ShouldBe(["records-high", "records", "records-low"], ignoreOrder: true);
        var listed = await _installation.RunToolAsync("queues", "--json");
        listed.Output.ShouldContain("paused_until");
        (await _installation.RunToolAsync("queues", "pause", "thumbnail", "--reason", "A <b>new</b> disk", "--until", "2099-01-01T00:00Z"))
            .Errors.ShouldContain("until must be in the future, within 366 days.");

        foreach (var refused in (PauseQueue[])
        [
            new() { Until = DateTimeOffset.UtcNow.AddSeconds(-1) }, new() { Reason = new('x', 201) }, new() { Reason = "a\nb" },
            new() { Reason = "a\0b" },
        ])
        {
            (await Should.ThrowAsync<MangaMotionException>(Api.PauseQueueAsync("thumbnail", refused))).Problem.Code
                .ShouldBeOneOf("invalid_until", "invalid_reason");
        }

        (await Api.ResumeQueueAsync("records", new() { AllLanes = true })).ShouldSatisfyAllConditions(
            queue => queue.Paused.ShouldBeFalse(), queue => queue.PauseReason.ShouldBeNull());
        (await Api.GetQueuesAsync()).Queues.ShouldAllBe(queue => !queue.Paused);
    }

    [Fact]
    public async Task A_drained_worker_takes_no_jobs_until_it_is_resumed()
    {
        await _installation.StartThumbnailAsync();
        await Eventually.Until(async () => (await Api.GetWorkersAsync()).Workers.Count == 1);
        var worker = (await Api.GetWorkersAsync()).Workers.Single();
        (worker.DrainingSince, worker.DrainedBy).ShouldBe((null, null));

        var drained = await Api.DrainWorkerAsync(worker.Id);
        (drained.DrainingSince.HasValue, drained.DrainedBy).ShouldBe((true, "first key (MANGAMOTION_API_KEY)"));
        (await Api.DrainWorkerAsync(worker.Id)).DrainingSince.ShouldBe(drained.DrainingSince);
        await UntilConsumersAsync(0);
        (await Api.GetScalingAsync()).Types.Single(type => type.Type == "thumbnail").Workers.ShouldBe(0);
        var held = await IngestAsync("voyage", "a.bin");
        await _installation.StartThumbnailAsync();
        await _installation.UntilFinishedAsync(held.JobId);
        (await _installation.ScalarAsync<string>("select min(worker_id) from job_attempts")).ShouldNotBe(worker.Id);

        (await _installation.RunToolAsync("workers")).Output.ShouldContain(worker.Id);
        (await _installation.RunToolAsync("workers", "--json")).Output.ShouldContain("draining_since");
        (await _installation.RunToolAsync("workers", "resume", worker.Id)).Output.ShouldContain("alive");
        await UntilConsumersAsync(2);
        (await _installation.RunToolAsync("workers", "drain", "none")).Errors.ShouldContain("There is no such worker.");
        foreach (var change in (Func<string, Task<WorkerInfo>>[])[id => Api.DrainWorkerAsync(id), id => Api.ResumeWorkerAsync(id)])
            (await Should.ThrowAsync<MangaMotionException>(change("a/b <i>"))).Problem.Code.ShouldBe("unknown_worker");
        (await Api.GetAuditAsync()).Entries.Select(entry => (entry.Action, entry.Target)).ShouldBe(
            [("resumeWorker", worker.Id), ("drainWorker", worker.Id), ("drainWorker", worker.Id)]);

        Task UntilConsumersAsync(int count) => Eventually.Until(async () =>
            (await Api.GetQueuesAsync()).Queues.Single(queue => queue.Name == "thumbnail").Consumers == count);
    }

    [Fact]
    public async Task Statistics_workers_and_queues_show_the_finished_jobs()
    {
        await _installation.StartThumbnailAsync();
        var mixed = await Api.IngestAsync([Samples.Named("good.png", Samples.Png), Samples.Named("bad.bin", [1])]);
        (await _installation.UntilFinishedAsync(mixed.JobId)).EtaRangeSeconds.ShouldBe([0, 0]);

        await Eventually.Until(async () => (await Api.GetStatsAsync()).Windows[0].Types.Any(type => type is { Done: 1, Failed: 1 }));
        var stats = await Api.GetStatsAsync();
        stats.Windows.Select(window => window.Window).ShouldBe(["5m", "1h", "24h"]);
        var thumbnails = stats.Windows[1].Types.Single(type => type.Type == "thumbnail");
        thumbnails.ErrorRate.ShouldBe(0.5);
        thumbnails.Run!.P50.ShouldBeGreaterThan(0);
        thumbnails.Total!.P99.ShouldBeGreaterThanOrEqualTo(thumbnails.Run.P50);

        var worker = (await Api.GetWorkersAsync()).Workers.Single();
        worker.Health.ShouldBe("alive");
        worker.JobTypes.ShouldBe(["thumbnail"]);
        var queue = (await Api.GetQueuesAsync()).Queues.Single(queue => queue.Name == "thumbnail");
        queue.Consumers.ShouldBe(1);
        await Eventually.Until(async () => (await Api.GetQueuesAsync()).Queues.Single(found => found.Name == "thumbnail").DeadLetters == 1);

        var scaling = await Api.GetScalingAsync();
        scaling.Types.Select(type => type.Type)
            .ShouldBe(["thumbnail", "records", "script-gen", "voice-gen", "video-gen", "compositing"], ignoreOrder: true);
        var need = scaling.Types.Single(type => type.Type == "thumbnail");
        (need.Workers, need.WorkersNeeded, need.PlacesPerWorker).ShouldBe((1, 0, worker.Concurrency));
        need.MedianSeconds.ShouldBe(thumbnails.Run.P50);
        scaling.Connections.MaxProcesses.ShouldBe(scaling.Connections.Connections / scaling.Connections.PerProcess);
    }

    [Fact]
    public async Task The_system_shows_its_servers_outbox_and_versions()
    {
        await _installation.StartThumbnailAsync();
        await Eventually.Until(async () => (await Api.GetSystemAsync()).Services is [{ Service: "thumbnail", Alive: 1, Silent: 0 }]);

        var system = await Api.GetSystemAsync();
        system.Servers.Select(server => (server.Name, server.Health, server.Reason)).ShouldBe(
            [("postgres", "healthy", null), ("rabbitmq", "healthy", null), ("store", "healthy", null)], ignoreOrder: true);
        system.Servers.Single(server => server.Name == "store").Address.ShouldBe(_installation.Store);
        system.Outbox.ShouldNotBeNull().Waiting.ShouldBeGreaterThanOrEqualTo(0);
        system.Services.ShouldHaveSingleItem().Version.ShouldBe(system.Version);

        Directory.Move(_installation.Store, $"{_installation.Store}-away");
        var store = (await Api.GetSystemAsync()).Servers.Single(server => server.Name == "store");
        Directory.Move($"{_installation.Store}-away", _installation.Store);
        store.Health.ShouldBe("unhealthy");
        store.Reason.ShouldNotBeNullOrEmpty();
    }

    private Task<IngestStatus> IngestAsync(string collection, params string[] names) =>
        Api.IngestAsync(
            names.Where(name => name != "high").Select(name => Samples.Named(name, [1])),
            new Dictionary<string, string> { ["collection"] = collection, ["priority"] = names.Contains("high") ? "high" : "normal" });

    private Task<JobList> ListAsync(string query) => Api.GetJobsAsync(
        query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(
            pair => pair[0], pair => Uri.UnescapeDataString(pair[1])));
}
