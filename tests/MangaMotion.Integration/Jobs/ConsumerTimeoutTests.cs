using MangaMotion.Jobs;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.LocalStack;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

/// <summary>
/// Job that runs longer than the broker's <c>consumer_timeout</c>. The broker closes the channel of its queue and redelivers its message.
/// </summary>
public sealed class ConsumerTimeoutTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _release = new();
    private ServerStack _servers = null!;
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _servers = await PrivateServers.StartAsync(consumerTimeout: TimeSpan.FromSeconds(5));
        _world = await JobWorld.CreateAsync(_servers);
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _world.DisposeAsync();
        await _servers.DisposeAsync();
    }

    [Fact]
    public async Task The_queue_is_consumed_again_and_the_long_job_is_done_once()
    {
        // The queue gets a consumer again in spite of a long grace period.
        await _world.StartWorkerAsync(("Jobs:Concurrency", "2"), ("Jobs:Lease", "00:00:06"), ("Bus:StopTimeout", "00:30:00"));
        var longJob = await StartLongJobAsync();
        await UntilChannelIsClosedAsync();

        foreach (var job in await _world.AcceptAsync(10))
            await _world.UntilAsync(job, JobStatus.Done);
        _release.SetResult();
        var row = await _world.UntilAsync(longJob, JobStatus.Done);

        row.Attempts.ShouldBe(1);
        row.Crashes.ShouldBe(0);
        row.Outcomes.ShouldBe(["done"]);
        _world.Script.Started.Count(job => job == longJob).ShouldBe(1);
        // The second delivery was delayed while the first one ran. It finds the job done and is dropped.
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from outbox") == 0);
        (await DepthsAsync()).ShouldBe(new Dictionary<string, long> { ["probe"] = 0, ["probe_error"] = 0 }, ignoreOrder: true);
        _world.Logs.All.ShouldContain(line => line.Contains("longer than the broker's consumer_timeout of 00:00:05. Its job continues."));
    }

    [Fact]
    public async Task A_worker_that_stops_after_the_timeout_requeues_the_long_job()
    {
        var worker = await _world.StartWorkerAsync(
            ("Jobs:Concurrency", "2"), ("Jobs:ShutdownGrace", "00:00:01"), ("Bus:StopTimeout", "00:00:10"));
        var longJob = await StartLongJobAsync();
        await UntilChannelIsClosedAsync();

        await _world.StopAsync(worker).WaitAsync(TimeSpan.FromSeconds(60));

        var row = await _world.FindAsync(longJob);
        row.Status.ShouldBe(JobStatus.Uploaded);
        row.Attempts.ShouldBe(0);
        row.Crashes.ShouldBe(0);
    }

    private async Task<Guid> StartLongJobAsync()
    {
        Guid? longJob = null;
        _world.Script.Work = (run, token) => run.JobId == (longJob ??= run.JobId) ? _release.Task.WaitAsync(token) : Task.CompletedTask;
        var job = await _world.AcceptAsync();
        await Eventually.Until(() => _world.Script.Started.Contains(job));
        return job;
    }

    private Task UntilChannelIsClosedAsync() => Eventually.Until(
        async () => (await File.ReadAllTextAsync(_servers.Rabbit.LogFile)).Contains(
                "timed out waiting for delivery acknowledgement", StringComparison.Ordinal));

    private Task<IReadOnlyDictionary<string, long>> DepthsAsync() =>
        _world.Services.GetRequiredService<IQueueDepths>().GetAsync(["probe", "probe_error"], default);
}
