using MangaMotion.Jobs;
using MangaMotion.TestSupport;

namespace MangaMotion.Integration.Jobs;

/// <summary>Owners with many jobs and owners with few in one lane.</summary>
public sealed class FairnessTests(TestStack stack) : IAsyncLifetime
{
    private readonly Guid _heavy = Guid.NewGuid();
    private readonly Guid _light = Guid.NewGuid();
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Ten_jobs_do_not_wait_for_5000_jobs_of_another_owner()
    {
        _world.Script.Work = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(20), token);
        // The jobs are accepted before a worker starts, so that thousands wait.
        await _world.StartAcceptorAsync();
        for (var i = 0; i < 10; i++)
            await _world.AcceptAsync(500, owner: _heavy);
        await _world.StartWorkerAsync();
        await Eventually.Until(() => _world.Script.Started.Count > 50);

        var ten = await _world.AcceptAsync(10, owner: _light);
        var before = _world.Script.Started.Count;
        await Eventually.Until(() => ten.All(_world.Script.Started.Contains));

        // Jobs of the other owner that started meanwhile: those that ran while the ten were sent, and not a queue of thousands.
        var last = _world.Script.Started.Select((job, i) => (job, i)).Last(start => ten.Contains(start.job)).i;
        (last - before).ShouldBeLessThan(500);
        (await _world.ScalarAsync<long>("select count(*) from jobs where owner_id = $1 and status = 'UPLOADED'", _heavy))
            .ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Two_owners_with_many_jobs_take_turns()
    {
        _world.Script.Work = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(10), token);
        await _world.StartWorkerAsync();
        await _world.AcceptAsync(2_000, owner: _heavy);
        var later = await _world.AcceptAsync(200, owner: _light);
        var before = _world.Script.Started.Count;

        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from jobs where owner_id = $1 "
            + "and status <> 'DONE'", _light) == 0, TimeSpan.FromMinutes(2));

        // In turns, 200 jobs of each owner run before the last of the later owner; first come, first served, it would be up to 2,000.
        var last = _world.Script.Started.Select((job, i) => (job, i)).Last(start => later.Contains(start.job)).i;
        (last - before).ShouldBeLessThan(1_000);
        _world.Script.Started.Count(later.Contains).ShouldBe(200);
    }

    [Fact]
    public async Task An_owner_with_many_jobs_is_served_while_the_front_queue_is_never_empty()
    {
        await _world.StartWorkerAsync(("Jobs:Concurrency", "1"));
        var going = true;
        // Each job of another owner submits the next one.
        _world.Script.Work = async (run, _) =>
        {
            if (going && run.Claim.OwnerId != _heavy)
                await _world.AcceptAsync(1, owner: Guid.NewGuid());
        };
        for (var i = 0; i < 20; i++)
            await _world.AcceptAsync(1, owner: Guid.NewGuid());

        await _world.AcceptAsync(100, owner: _heavy);

        await Eventually.Until(
            async () => await _world.ScalarAsync<long>("select count(*) from jobs where owner_id = $1 and status = 'DONE'", _heavy) == 100,
                TimeSpan.FromSeconds(90));
        going = false;
    }

    [Fact]
    public async Task A_purged_bulk_queue_loses_no_job()
    {
        await _world.StartAcceptorAsync();
        var worker = await _world.StartWorkerAsync();
        await _world.StopAsync(worker);
        var jobs = await _world.AcceptAsync(100, owner: _heavy);
        var bulk = new BrokerQueue(_world, "probe-bulk");
        await bulk.UntilAsync(84);

        await bulk.PurgeAsync();
        await _world.StartWorkerAsync(("Jobs:ReconcileAfter", "00:00:01"));

        foreach (var job in jobs)
            await _world.UntilAsync(job, JobStatus.Done);
        _world.Script.Started.Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_job_from_the_bulk_queue_is_dead_lettered_in_the_error_queue_of_its_lane()
    {
        _world.Script.Work = (_, _) => throw new PermanentJobException("broken", "Broken.");
        await _world.StartWorkerAsync();

        await _world.AcceptAsync(40, owner: _heavy);

        await new BrokerQueue(_world, "probe_error").UntilAsync(40);
        (await _world.ScalarAsync<long>("select count(*) from failed_jobs where error_queue <> 'probe_error'")).ShouldBe(0);
    }
}
