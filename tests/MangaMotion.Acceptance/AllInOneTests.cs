using System.Text.Json;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>One process that runs all services.</summary>
public sealed class AllInOneTests(TestStack stack)
{
    [Fact]
    public async Task One_process_makes_the_results_of_every_medium_and_ends_in_order()
    {
        await using var installation = await Installation.CreateAsync(stack);
        var process = await installation.StartAllInOneAsync();

        var video = await VideoTests.SubmitAsync(installation, pages: 1, ("review", "false"));
        var media = await installation.Client.IngestAsync(
        [
            Samples.Named("a.jpg", Samples.Jpeg), Samples.Named("b.pdf", Samples.Pdf()), Samples.Named("c.mkv", Samples.Matroska()),
            Samples.Named("d.flac", Samples.Flac()),
        ]);
        var records = await installation.Client.IngestRecordsAsync(new MemoryStream("""[{"a":1},{"a":2}]"""u8.ToArray()));

        (await installation.UntilMediaAsync(media.JobId)).ShouldAllBe(asset => asset.Status == "DONE");
        (await installation.UntilFinishedAsync(records.JobId)).Progress.Done.ShouldBe(1);
        (await installation.Client.GetRecordsAsync(records.JobId)).Records.Count.ShouldBe(2);
        var workers = (await installation.Client.GetWorkersAsync()).Workers;
        workers.Select(worker => (worker.Service, worker.Pid, worker.Health)).ShouldBe(
            [("records", process.Id, "alive"), ("thumbnail", process.Id, "alive"), ("video", process.Id, "alive")], ignoreOrder: true);
        await Eventually.Until(
            async () => (await installation.Client.GetVideoAsync(video)).Status == "DONE", VideoTests.StageTimeout, "the video is done");

        var health = JsonElement.Parse(await installation.Http.GetStringAsync("health/ready")).GetProperty("checks");
        health.EnumerateObject().Select(check => check.Name).ShouldBe(["postgres", "rabbitmq", "store", "thumbnail", "records", "video"]);
        var metrics = await installation.Http.GetStringAsync("metrics");
        metrics.Split('\n').Count(line => line.StartsWith("mangamotion_job_attempt_duration_seconds_count", StringComparison.Ordinal)
            && line.Contains("type=\"records\"", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal)).ShouldBe(1);
        (await process.TerminateAsync()).ShouldBe(0);
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome <> 'done'")).ShouldBe(0);
        foreach (var service in (string[])["ingest", "thumbnail", "records", "video", "console"])
            process.Log.ShouldContain(line => line.Contains($"\"service\":\"{service}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kill_minus_9_of_the_process_loses_no_job_and_repeats_none()
    {
        (string, string)[] quickLease = [("Jobs__Lease", "00:00:06"), ("Jobs__ReconcileAfter", "00:00:05")];
        await using var installation = await Installation.CreateAsync(stack);
        var process = await installation.StartAllInOneAsync(quickLease);
        var media = await installation.Client.IngestAsync(Enumerable.Range(1, 20).Select(n => Samples.Named($"{n}.jpg", Samples.Jpeg)));
        await process.FreezeWhenAsync(async () => await installation.ScalarAsync<bool>(
            "select count(*) filter (where status = 'DONE') > 2 and count(*) filter (where status = 'PROCESSING') > 0 from jobs"));

        await process.KillAsync();
        await installation.StartAllInOneAsync(quickLease);

        (await installation.UntilFinishedAsync(media.JobId, TimeSpan.FromMinutes(3))).Progress.Done.ShouldBe(20);
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'done'")).ShouldBe(20);
        (await installation.ScalarAsync<long>("select count(*) from jobs where crashes > 0")).ShouldBeGreaterThan(0);
    }
}
