using MangaMotion.Jobs;
using MangaMotion.Jobs.Replays;
using MangaMotion.TestSupport;

namespace MangaMotion.Integration.Jobs;

/// <summary>Statements that the database rejects, and notifications during a claim.</summary>
public sealed class DatabaseTroubleTests(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    // The lease is long, so that no heartbeat finds the cancel first.
    [Fact]
    public async Task A_cancel_notified_during_the_claim_stops_the_job()
    {
        var stopped = 0;
        _world.Script.Work = async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                Interlocked.Increment(ref stopped);
            }
        };
        await _world.StartWorkerAsync(("Jobs:Lease", "00:30:00"), ("Jobs:Concurrency", "1"));
        await _world.ExecuteAsync(
            """
            create function notify_cancel() returns trigger language plpgsql as $$
            begin perform pg_notify('job_canceled', new.claim_token::text); return null; end $$;
            create trigger notify_cancel after update on jobs for each row
            when (new.status = 'PROCESSING' and old.status = 'UPLOADED') execute function notify_cancel();
            """);

        await _world.AcceptAsync(200);

        await Eventually.Until(() => stopped == 200, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_worker_ignores_an_invalid_notification_and_receives_the_next()
    {
        var stopped = new TaskCompletionSource();
        _world.Script.Work = async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                stopped.SetResult();
            }
        };
        await _world.StartWorkerAsync(("Jobs:Lease", "00:30:00"));
        var job = await _world.AcceptAsync();
        await _world.UntilAsync(job, JobStatus.Processing);

        await _world.ExecuteAsync("notify job_canceled, 'nonsense'");
        (await _world.CancelAsync(job)).ShouldBe(JobChange.Changed);

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("57014")]
    [InlineData("25006")]
    [InlineData("42501")]
    public async Task A_worker_goes_on_after_heartbeats_that_the_database_rejects(string state)
    {
        await _world.StartWorkerAsync(("Jobs:Lease", "00:00:03"));
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from workers") == 1);
        await RejectUpdatesAsync("workers", "true", state, times: 1_000);
        // The second heartbeat shows that the worker goes on after the first rejection.
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select last_value from refused") >= 2);

        await _world.ExecuteAsync("drop trigger refuse on workers");

        await Eventually.Until(
            async () => await _world.ScalarAsync<bool>("select heartbeat_at > now() - interval '1 second' from workers"));
        await _world.UntilAsync(await _world.AcceptAsync(), JobStatus.Done);
    }

    [Theory]
    [InlineData("57014", "new.status = 'PROCESSING'")]
    [InlineData("25006", "new.status = 'PROCESSING'")]
    [InlineData("57014", "new.status = 'DONE'")]
    public async Task A_claim_or_result_whose_statement_was_canceled_is_repeated(string state, string when)
    {
        await _world.StartWorkerAsync();
        await RejectUpdatesAsync("jobs", when, state, times: 3);

        var row = await _world.UntilAsync(await _world.AcceptAsync(), JobStatus.Done);

        row.Outcomes.ShouldBe(["done"]);
        _world.Script.Started.Count.ShouldBe(1);
    }

    /// <summary>
    /// Makes the database reject the next <paramref name="times"/> updates. A sequence counts them, because it is not rolled back.
    /// </summary>
    private Task RejectUpdatesAsync(string table, string when, string state, int times) => _world.ExecuteAsync(
        $"""
         create sequence refused;
         create function refuse() returns trigger language plpgsql as $$
         begin
           if nextval('refused') <= {times} then raise exception 'not now' using errcode = '{state}'; end if;
           return new;
         end $$;
         create trigger refuse before update on {table} for each row when ({when}) execute function refuse();
         """);
}
