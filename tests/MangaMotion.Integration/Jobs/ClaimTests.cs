using MangaMotion.Jobs;
using MangaMotion.Jobs.Claims;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

public sealed class ClaimTests(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Each_of_500_jobs_that_two_workers_claim_at_once_is_claimed_once()
    {
        var (one, two) = (await ClaimsAsync(), await ClaimsAsync());
        var jobs = await InsertAsync(500);

        var answers = await Task.WhenAll(
            jobs.SelectMany(job => new[] { Task.Run(() => one.ClaimAsync(job)), Task.Run(() => two.ClaimAsync(job)) }));

        var claimed = answers.Where(answer => answer.Outcome == ClaimOutcome.Claimed).Select(answer => answer.Claim!).ToArray();
        claimed.Length.ShouldBe(500);
        claimed.Select(claim => claim.JobId).Distinct().Count().ShouldBe(500);
        answers.Count(answer => answer.Outcome == ClaimOutcome.Running).ShouldBe(500);
        (await _world.ScalarAsync<long>("select count(*) from jobs j join job_attempts a on a.job_id = j.id and a.token = j.claim_token "
            + "where j.attempts = 1")).ShouldBe(500);
    }

    [Fact]
    public async Task A_worker_with_a_stale_token_cannot_overwrite_the_result()
    {
        var (frozen, other) = (await ClaimsAsync(), await ClaimsAsync());
        var job = (await InsertAsync(1))[0];
        var stale = (await frozen.ClaimAsync(job)).Claim!;
        await LapseAsync(job);
        var fresh = (await other.ClaimAsync(job)).Claim!;

        (await frozen.CompleteAsync(stale, """{"by": "frozen"}""")).ShouldBeFalse();
        (await other.CompleteAsync(fresh, """{"by": "other"}""")).ShouldBeTrue();
        (await frozen.CompleteAsync(stale, """{"by": "frozen"}""")).ShouldBeFalse();

        var row = await _world.FindAsync(job);
        row.Result.ShouldBe("""{"by": "other"}""");
        row.Attempts.ShouldBe(1);
        row.Crashes.ShouldBe(1);
        row.Outcomes.ShouldBe(["crashed", "done"]);
    }

    [Fact]
    public async Task A_result_whose_commit_was_not_confirmed_can_be_committed_again()
    {
        var claims = await ClaimsAsync();
        var claim = (await claims.ClaimAsync((await InsertAsync(1))[0])).Claim!;

        (await claims.CompleteAsync(claim, "{}")).ShouldBeTrue();
        (await claims.CompleteAsync(claim, "{}")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_claim_whose_commit_was_not_confirmed_can_be_repeated()
    {
        var claims = await ClaimsAsync();
        var (job, token) = ((await InsertAsync(1))[0], Guid.NewGuid());

        (await claims.ClaimAsync(job, token)).Outcome.ShouldBe(ClaimOutcome.Claimed);
        var again = await claims.ClaimAsync(job, token);

        again.Outcome.ShouldBe(ClaimOutcome.Claimed);
        again.Claim!.Attempt.ShouldBe(1);
        (await claims.CompleteAsync(again.Claim, "{}")).ShouldBeTrue();
        var row = await _world.FindAsync(job);
        row.Crashes.ShouldBe(0);
        row.Outcomes.ShouldBe(["done"]);
    }

    [Fact]
    public async Task Two_messages_of_a_job_in_one_statement_give_one_claim_and_the_end_of_its_lease()
    {
        var claims = await ClaimsAsync();
        var jobs = await InsertAsync(2);
        await using var connection = await _world.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("select from jobs where id = $1 for update", connection)
        {
            Parameters = { new() { Value = jobs[0] } },
        })
            await hold.ExecuteNonQueryAsync();
        var first = claims.ClaimAsync(jobs[0]);
        await Eventually.Until(async () => await _world.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 1);

        // Both wait for the statement that waits for the lock, and share the next statement.
        var two = new[] { claims.ClaimAsync(jobs[1]), claims.ClaimAsync(jobs[1]) };
        await transaction.CommitAsync();
        await first;
        var answers = await Task.WhenAll(two);

        answers.Count(answer => answer.Outcome == ClaimOutcome.Claimed).ShouldBe(1);
        var other = answers.Single(answer => answer.Outcome == ClaimOutcome.Running);
        other.At!.Value.UtcDateTime.ShouldBe(await _world.ScalarAsync<DateTime>("select lease_until from jobs where id = $1", jobs[1]));
    }

    [Fact]
    public async Task A_claim_commits_asynchronously_and_a_result_synchronously()
    {
        var claims = await ClaimsAsync();
        await _world.ExecuteAsync(
            """
            create table waits (status text, waits text);
            create function note() returns trigger language plpgsql as $$
            begin insert into waits values (new.status, current_setting('synchronous_commit')); return null; end $$;
            create trigger note after update on jobs for each row execute function note();
            """);

        await claims.CompleteAsync((await claims.ClaimAsync((await InsertAsync(1))[0])).Claim!, "{}");

        (await _world.ScalarAsync<string[]>("select array_agg(status || ' ' || waits order by status) from waits")).ShouldBe(
            ["DONE on", "PROCESSING off"]);
    }

    [Fact]
    public async Task A_leased_job_and_a_finished_job_are_not_claimed()
    {
        var (one, two) = (await ClaimsAsync(), await ClaimsAsync());
        var job = (await InsertAsync(1))[0];
        var claim = (await one.ClaimAsync(job)).Claim!;

        var answer = await two.ClaimAsync(job);
        answer.Outcome.ShouldBe(ClaimOutcome.Running);
        answer.At.ShouldNotBeNull();
        await one.CompleteAsync(claim, "{}");
        (await two.ClaimAsync(job)).Outcome.ShouldBe(ClaimOutcome.Finished);
        (await two.ClaimAsync(Guid.NewGuid())).Outcome.ShouldBe(ClaimOutcome.Finished);
    }

    [Fact]
    public async Task A_job_is_poison_after_the_third_crash()
    {
        var claims = await ClaimsAsync();
        var job = (await InsertAsync(1))[0];
        for (var crashes = 0; crashes < 3; crashes++)
        {
            (await claims.ClaimAsync(job)).Claim!.Attempt.ShouldBe(1);
            await LapseAsync(job);
        }

        (await claims.ClaimAsync(job)).Outcome.ShouldBe(ClaimOutcome.Poison);
    }

    [Fact]
    public async Task A_job_that_kills_each_worker_is_dead_lettered_by_the_next_worker()
    {
        var claims = await ClaimsAsync();
        var job = (await InsertAsync(1))[0];
        for (var crashes = 0; crashes < 3; crashes++)
        {
            await claims.ClaimAsync(job);
            await LapseAsync(job);
        }

        await _world.StartWorkerAsync(("Jobs:ReconcileAfter", "00:00:01"));
        var row = await _world.UntilAsync(job, JobStatus.Failed);

        row.Crashes.ShouldBe(3);
        row.Outcomes.ShouldBe(["crashed", "crashed", "crashed"]);
        row.LastError.ShouldBe(
            "The worker stopped unexpectedly 3 times while processing this file, so it will not be retried. Contact the operator.");
        _world.Script.Started.ShouldBeEmpty();
        await new BrokerQueue(_world, "probe_error").UntilAsync(1);
    }

    [Fact]
    public async Task A_scheduled_job_is_not_claimed_before_its_time_on_the_clock_of_the_database()
    {
        var claims = await ClaimsAsync();
        var job = (await InsertAsync(1))[0];
        await _world.ExecuteAsync("update jobs set not_before = clock_timestamp() + interval '1 hour' where id = $1", job);

        (await claims.ClaimAsync(job)).Outcome.ShouldBe(ClaimOutcome.NotDue);
        await _world.ExecuteAsync("update jobs set not_before = clock_timestamp() where id = $1", job);
        (await claims.ClaimAsync(job)).Outcome.ShouldBe(ClaimOutcome.Claimed);
    }

    [Fact]
    public async Task A_result_that_the_database_rejects_fails_alone()
    {
        var claims = await ClaimsAsync();
        var jobs = await InsertAsync(20);
        var held = await Task.WhenAll(jobs.Select(claims.ClaimAsync));

        // jsonb rejects a null character. The results share a statement.
        var completions = held.Select((answer, i) => claims.CompleteAsync(answer.Claim!, i == 7 ? """{"a": "\u0000"}""" : "{}")).ToArray();

        for (var i = 0; i < completions.Length; i++)
        {
            if (i == 7)
                await Should.ThrowAsync<Npgsql.PostgresException>(completions[i]);
            else
                (await completions[i]).ShouldBeTrue();
        }
    }

    /// <summary>Starts the claims of another worker. It has no consumer, so only the test claims.</summary>
    private async Task<JobClaims> ClaimsAsync() => (await _world.StartAcceptorAsync(claims: true)).Services.GetRequiredService<JobClaims>();

    private async Task<Guid[]> InsertAsync(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await _world.ExecuteAsync(
            "insert into jobs (id, type, max_attempts, input, updated_at) "
                + "select id, 'probe', 3, json_build_object('job_id', id), now() - interval '1 hour' from unnest($1) id", ids);
        return ids;
    }

    private Task LapseAsync(Guid job) =>
        _world.ExecuteAsync(
            "update jobs set lease_until = clock_timestamp() - interval '1 second', updated_at = clock_timestamp() - interval '1 hour' "
                + "where id = $1", job);
}
