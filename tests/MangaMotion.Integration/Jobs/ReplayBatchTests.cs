using MangaMotion.Jobs;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

/// <summary>Batches of replays by two instances, while messages are moved back by hand.</summary>
public sealed class ReplayBatchTests(TestStack stack) : IAsyncLifetime
{
    private const int Count = 120;

    private JobWorld _world = null!;
    private BrokerQueue _errors = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await JobWorld.CreateAsync(stack);
        _errors = new BrokerQueue(_world, "probe_error");
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Each_dead_letter_is_replayed_once_by_two_instances_and_moved_messages()
    {
        var jobs = await FailAsync();
        var messages = await _errors.UntilAsync(Count);
        await _world.StartAcceptorAsync(releases: true);
        await _world.StartAcceptorAsync(releases: true);

        var batches = await Task.WhenAll(
            CreateAsync(canary: false),
            CreateAsync(canary: true),
            Task.Run(async () =>
            {
                foreach (var message in messages.Take(30))
                    await _errors.PublishAsync("probe", message);
                return Guid.Empty;
            }));

        foreach (var job in jobs)
            await _world.UntilAsync(job, JobStatus.Done);
        await Eventually.Until(
            async () => await _world.ScalarAsync<long>("select count(*) from replay_batches where status = 'RELEASED'") == 2);
        await Eventually.Until(async () => await DepthAsync() == 0);
        foreach (var job in jobs)
            (await _world.FindAsync(job)).Outcomes.ShouldBe(["permanent", "done"]);
        (await _world.ScalarAsync<long>("select count(*) from failed_jobs where status = 'RESOLVED'")).ShouldBe(Count);
        (await _world.ScalarAsync<long>("select count(*) from replay_items where status not in ('SUCCEEDED', 'SKIPPED')")).ShouldBe(0);
        (await _world.ScalarAsync<long>("select count(distinct dead_letter_id) from replay_items where batch_id = any($1)", batches))
            .ShouldBe(Count);
    }

    [Fact]
    public async Task Only_the_canary_runs_until_it_has_ended()
    {
        await FailAsync();
        using var canary = new SemaphoreSlim(0);
        _world.Script.Work = (_, token) => canary.WaitAsync(token);
        await _world.StartAcceptorAsync(releases: true);
        await _world.StartAcceptorAsync(releases: true);

        var batch = await CreateAsync(canary: true);
        await Eventually.Until(() => _world.Script.Started.Count == Count + 1);
        (await _world.ScalarAsync<long>("select count(*) from replay_items where batch_id = $1 and status = 'WAITING'", batch)).ShouldBe(
            Count - 1);
        canary.Release(Count);

        await Eventually.Until(
            async () => await _world.ScalarAsync<long>("select count(*) from replay_items where status = 'SUCCEEDED'") == Count);
        await Eventually.Until(async () => await DepthAsync() == 0);
    }

    /// <summary>Creates dead letters that succeed when replayed, and leaves their worker running.</summary>
    private async Task<Guid[]> FailAsync()
    {
        _world.Script.Work = (_, _) => throw new PermanentJobException("broken", "Broken.");
        await _world.StartWorkerAsync();
        var jobs = await _world.AcceptAsync(Count);
        await Eventually.Until(async () => await DepthAsync() == Count);
        _world.Script.Work = (_, _) => Task.CompletedTask;
        return jobs;
    }

    private async Task<Guid> CreateAsync(bool canary)
    {
        var id = Guid.CreateVersion7();
        await _world.ExecuteAsync(
            """
            with batch as (insert into replay_batches (id, canary, filter, total) values ($1, $2, '{}', 0))
            insert into replay_items (batch_id, position, dead_letter_id)
            select $1, row_number() over (order by id), id from failed_jobs where resolved_at is null
            on conflict (dead_letter_id) where status in ('WAITING', 'RELEASED') do nothing
            """,
            id,
            canary);
        return id;
    }

    private async Task<long> DepthAsync() =>
        (await _world.Services.GetRequiredService<IQueueDepths>().GetAsync(["probe_error"], default))["probe_error"];
}
