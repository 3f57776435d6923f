using MangaMotion.Api;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Tools that hang, crash, exceed limits or have no disk space, while the worker goes on.</summary>
public sealed class ToolFaultTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync();
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_tool_that_hangs_or_is_killed_is_retried_and_one_that_always_crashes_gives_a_dead_letter()
    {
        var worker = await _installation.StartThumbnailAsync(
            ("MAX_RETRY_ATTEMPTS", "3"), ("RETRY_DELAY_SECONDS", "0.2"), ("Media__Hosts", "1"), ("Jobs__Concurrency", "1"),
            ("Media__Limits__CpuSeconds", "10"), ("Media__Limits__WallSeconds", "12"), ("Media__Limits__MemoryBytes", "700000000"));
        (await RunAsync("first.png", Samples.Png)).Attempts.ShouldBe(1);

        (await worker.SignalChildrenAsync("STOP", "MangaMotion.MediaHost")).ShouldBeGreaterThan(0);
        var hung = await RunAsync("hung.png", Samples.Png);
        (hung.Status, hung.Attempts).ShouldBe(("DONE", 2));

        (await worker.SignalChildrenAsync("KILL", "MangaMotion.MediaHost")).ShouldBeGreaterThan(0);
        var killed = await RunAsync("killed.png", Samples.Png);
        (killed.Status, killed.Attempts).ShouldBe(("DONE", 2));

        // Its host process is killed each time.
        var accepted = await _installation.Client.IngestAsync([Samples.Named("poison.pdf", Samples.SlowPdf())]);
        await Eventually.Until(
            async () =>
            {
                await worker.SignalChildrenAsync("KILL", "MangaMotion.MediaHost");
                return (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Status == "finished";
            },
            TimeSpan.FromSeconds(90));
        var poison = (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets[0];
        (poison.Status, poison.Attempts).ShouldBe(("FAILED", 3));
        poison.Error!.ShouldContain("The file may be fine");
        (await _installation.ScalarAsync<string>("select error_stacktrace from failed_jobs")).ShouldContain("ToolFailedException");
        await _installation.Queue("thumbnail_error").UntilAsync(1);

        var large = await RunAsync("large.png", Samples.LargeInterlacedPng());
        (large.Status, large.Attempts).ShouldBe(("FAILED", 1));
        large.Error.ShouldBe("Decoding this PNG takes more than the 700 MB of memory that one file may take.");

        (await RunAsync("last.png", Samples.Png)).Attempts.ShouldBe(1);
        worker.IsRunning.ShouldBeTrue();
        (await _installation.ScalarAsync<long>("select count(*) from jobs where crashes > 0")).ShouldBe(0);
    }

    [Fact]
    public async Task Without_space_on_the_scratch_disk_large_files_wait_and_small_files_are_processed()
    {
        const int Room = 24_000_000;
        var worker = await _installation.StartThumbnailWithScratchOfAsync(
            Room, ("MAX_RETRY_ATTEMPTS", "50"), ("RETRY_DELAY_SECONDS", "0.5"), ("Retry__MaxDelay", "00:00:01"));
        // Its file systems are visible through /proc of the worker.
        var ballast = $"/proc/{worker.Id}/root{_installation.Scratch}/ballast";
        await File.WriteAllBytesAsync(ballast, new byte[Room - 400_000]);

        var accepted = await _installation.Client.IngestAsync(
        [
            Samples.Named("photo.jpg", [.. Samples.Jpeg, .. new byte[1_000_000]]), Samples.Named("clip.mkv", Samples.Matroska()),
            Samples.Named("paper.pdf", [.. Samples.Pdf(), .. new byte[1_000_000]]),
            Samples.Named("tiny.gif", Samples.Gif()),
        ]);
        var jobs = (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets.Select(asset => asset.JobId).ToList();
        // More often than the three attempts that a job has.
        foreach (var job in jobs.Take(3))
            await Eventually.Until(async () => (await GetOutcomesAsync(job)).Count(outcome => outcome == "interrupted") > 3);
        await Eventually.Until(async () => (await _installation.Client.GetJobAsync(jobs[3])).Status == "DONE");

        File.Delete(ballast);
        var status = await _installation.UntilFinishedAsync(accepted.JobId);

        status.Progress.Done.ShouldBe(4, string.Join("; ", status.Assets.Select(asset => asset.Error)));
        // The tiny file was done before there was space. The others fill the disk and free it, so its first attempts may have failed.
        foreach (var job in jobs)
            (await GetOutcomesAsync(job))[^1].ShouldBe("done");

        async Task<List<string?>> GetOutcomesAsync(Guid job) =>
            [.. (await _installation.Client.GetJobAsync(job)).History.Select(attempt => attempt.Outcome)];
    }

    [Fact]
    public async Task A_file_that_crashes_the_worker_three_times_is_poison_and_the_next_worker_goes_on()
    {
        (string, string)[] settings = [("Jobs__Lease", "00:00:02"), ("Jobs__Concurrency", "1")];
        var accepted = await _installation.Client.IngestAsync([Samples.Named("poison.pdf", Samples.SlowPdf())]);
        for (var death = 1; death <= 3; death++)
        {
            var victim = await _installation.StartThumbnailAsync(settings);
            await victim.FreezeWhenAsync(async () => await _installation.ScalarAsync<long>($"select count(*) from jobs where status = "
                + $"'PROCESSING' and crashes = {death - 1}") == 1
                && await _installation.ScalarAsync<long>($"select count(*) from job_attempts where outcome is null") == 1);
            await victim.KillAsync();
        }

        await _installation.StartThumbnailAsync(settings);
        var poison = (await _installation.UntilFinishedAsync(accepted.JobId)).Assets[0];

        (poison.Status, poison.Attempts, poison.Error).ShouldBe(
            ("FAILED", 0, "The worker stopped unexpectedly 3 times while processing this file, so it will not be retried. "
                + "Contact the operator."));
        (await _installation.Client.GetJobAsync(poison.JobId)).History.Select(attempt => attempt.Outcome).ShouldBe(
            ["crashed", "crashed", "crashed"]);
        await _installation.Queue("thumbnail_error").UntilAsync(1);
        (await RunAsync("next.png", Samples.Png)).Status.ShouldBe("DONE");
    }

    private async Task<AssetStatus> RunAsync(string name, byte[] content) =>
        (await _installation.UntilFinishedAsync((await _installation.Client.IngestAsync([Samples.Named(name, content)])).JobId)).Assets[0];
}
