using System.Net;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Crashes of processes and servers during work, which lose and repeat no job.</summary>
public sealed class FaultTests(TestStack stack)
{
    private static readonly (string, string)[] QuickLease = [("Jobs__Lease", "00:00:06"), ("Jobs__Concurrency", "2")];

    [Fact]
    public async Task Kill_minus_9_of_the_worker_with_fifty_jobs_loses_none_and_repeats_none()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var worker = await installation.StartThumbnailAsync(QuickLease);
        var accepted = await SubmitAsync(installation, 50);
        await worker.FreezeWhenAsync(
            async () => (await installation.Client.GetIngestStatusAsync(accepted.JobId)).Progress is { Done: > 3, Processing: > 0 });

        await worker.KillAsync();
        await installation.StartThumbnailAsync(QuickLease);
        var status = await installation.UntilFinishedAsync(accepted.JobId, TimeSpan.FromMinutes(3));

        status.Progress.Done.ShouldBe(50);
        await EveryJobIsDoneOnceAsync(installation, 50);
        (await installation.ScalarAsync<long>("select count(*) from jobs where crashes > 0")).ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_counts_no_attempt()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        // The default lease, so that none lapses on a slow machine.
        var worker = await installation.StartThumbnailAsync(("Jobs__Concurrency", "2"));
        var accepted = await SubmitAsync(installation, 20);
        await Eventually.Until(
            async () => (await installation.Client.GetIngestStatusAsync(accepted.JobId)).Progress is { Done: > 1, Processing: > 0 });

        (await worker.TerminateAsync()).ShouldBe(0);
        await installation.StartThumbnailAsync(("Jobs__Concurrency", "2"));
        await installation.UntilFinishedAsync(accepted.JobId, TimeSpan.FromMinutes(3));

        await EveryJobIsDoneOnceAsync(installation, 20);
        (await installation.ScalarAsync<long>("select count(*) from jobs where crashes > 0")).ShouldBe(0);
    }

    [Fact]
    public async Task A_restart_of_the_broker_loses_and_repeats_no_job()
    {
        await using var servers = await PrivateServers.StartAsync();
        await using var installation = new Installation(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri, () => ValueTask.CompletedTask);
        await installation.StartIngestAsync();
        await installation.StartThumbnailAsync(QuickLease);
        var before = await SubmitAsync(installation, 30);
        await Eventually.Until(async () => (await installation.Client.GetIngestStatusAsync(before.JobId)).Progress.Done > 2);

        await servers.Rabbit.StopAsync();
        var during = await SubmitAsync(installation, 10);
        during.Status.ShouldBe("accepted");
        // An autoscaler keeps its number of workers while no number is answered.
        var scaling = await Should.ThrowAsync<MangaMotionException>(installation.Client.GetScalingAsync());
        (scaling.Problem.Status, scaling.Problem.Code).ShouldBe((503, "dependency_unavailable"));
        scaling.Message.ShouldContain("The broker is unavailable. Try again in 5 s.");
        await servers.Rabbit.StartAsync();

        (await installation.UntilFinishedAsync(before.JobId, TimeSpan.FromMinutes(4))).Progress.Done.ShouldBe(30);
        (await installation.UntilFinishedAsync(during.JobId, TimeSpan.FromMinutes(4))).Progress.Done.ShouldBe(10);
        await EveryJobIsDoneOnceAsync(installation, 40);
    }

    [Fact]
    public async Task Without_the_database_no_ingest_is_accepted_and_no_file_is_kept()
    {
        await using var servers = await PrivateServers.StartAsync();
        await using var installation = new Installation(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri, () => ValueTask.CompletedTask);
        await installation.StartIngestAsync();
        await installation.StartThumbnailAsync(QuickLease);
        await installation.UntilFinishedAsync((await SubmitAsync(installation, 1)).JobId);

        await servers.Postgres.KillAsync();
        var refused = await Should.ThrowAsync<MangaMotionException>(SubmitAsync(installation, 3));
        refused.Problem.Status.ShouldBe(503);
        refused.Problem.Code.ShouldBe("dependency_unavailable");
        await servers.Postgres.StartAsync();

        IngestStatus? accepted = null;
        await Eventually.Until(
            async () =>
            {
                try
                {
                    accepted = await SubmitAsync(installation, 5);
                    return true;
                }
                catch (MangaMotionException exception) when (exception.Problem.Status == 503)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(1));
        (await installation.UntilFinishedAsync(accepted!.JobId, TimeSpan.FromMinutes(2))).Progress.Done.ShouldBe(5);
        (await installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(2);
    }

    /// <summary>Tests a database outage. The second row has no hold.</summary>
    [Theory]
    [InlineData("00:10:00", false)]
    [InlineData("00:00:00", true)]
    public async Task An_outage_of_the_database_counts_no_attempt_during_the_hold(string holdAtMost, bool counted)
    {
        await using var servers = await PrivateServers.StartAsync();
        await using var installation = new Installation(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri, () => ValueTask.CompletedTask);
        await installation.StartIngestAsync();
        await installation.StartRecordsAsync(("Outage__HoldAtMost", holdAtMost), ("RETRY_DELAY_SECONDS", "0.5"));
        var records = "[" + string.Join(',', Enumerable.Range(0, 400_000).Select(i => $"{{\"n\":{i},\"text\":\"record number {i}\"}}"))
            + "]";
        var accepted = await installation.Client.IngestRecordsAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(records)));

        // The load runs in one transaction, so its table is not visible, but its connection is.
        await Eventually.Until(() => installation.ScalarAsync<bool>(
            "select exists (select from pg_stat_activity where query ilike 'copy %' and pid <> pg_backend_pid())"));
        await servers.Postgres.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(6));
        await servers.Postgres.StartAsync();
        var asset = (await installation.UntilFinishedAsync(accepted.JobId, TimeSpan.FromMinutes(2))).Assets[0];

        (asset.Status, asset.Attempts).ShouldBe(("DONE", counted ? 2 : 1));
        (await installation.Client.GetJobAsync(asset.JobId)).History.Select(attempt => attempt.Outcome)
            .ShouldBe([counted ? "transient" : "interrupted", "done"]);
    }

    [Fact]
    public async Task A_caller_that_waits_during_an_outage_of_the_database_gets_202()
    {
        await using var servers = await PrivateServers.StartAsync();
        await using var installation = new Installation(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri, () => ValueTask.CompletedTask);
        await installation.StartIngestAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Samples.Png), "files", "a.png" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest") { Content = form };
        request.Headers.Add("X-Api-Key", Installation.Key);
        request.Headers.Add("Prefer", "wait=10");

        var waiting = installation.Http.SendAsync(request);
        await Eventually.Until(async () => await installation.ScalarAsync<long>("select count(*) from ingests") == 1);
        await servers.Postgres.KillAsync();

        using var answer = await waiting;
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location.ShouldNotBeNull();
        await servers.Postgres.StartAsync();
    }

    private static Task<IngestStatus> SubmitAsync(Installation installation, int count) =>
        installation.Client.IngestAsync(Enumerable.Range(0, count).Select(i => Samples.Named($"{i}.jpg", Samples.Jpeg)));

    private static async Task EveryJobIsDoneOnceAsync(Installation installation, int count)
    {
        (await installation.ScalarAsync<long>("select count(*) from jobs where status = 'DONE' and attempts = 1")).ShouldBe(count);
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'done'")).ShouldBe(count);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
        Directory.EnumerateFiles(Path.Combine(installation.Store, "processed"), "*", SearchOption.AllDirectories).Count().ShouldBe(
            2 * count);
    }
}
