using MangaMotion.Jobs;
using MangaMotion.Jobs.Claims;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Integration.Jobs;

/// <summary>Counters of an ingest, which equal the counts of its rows at every moment.</summary>
public sealed class CounterTests(TestStack stack) : IAsyncLifetime
{
    // One statement compares the sums of the changes with the counts of the rows at one moment.
    private const string WrongSql =
        """
        select count(*) from (
          (select ingest_id, type, sum(queued) q, sum(processing) p, sum(done) d, sum(failed) f, sum(canceled) c from job_count_totals
           group by 1, 2 having sum(queued + processing + done + failed + canceled) <> 0)
          except
          (select ingest_id, type, count(*) filter (where status = 'UPLOADED'), count(*) filter (where status = 'PROCESSING'),
             count(*) filter (where status = 'DONE'), count(*) filter (where status = 'FAILED'), count(*) filter (where status = 'CANCELED')
           from jobs group by 1, 2)) wrong
        """;

    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Five_hundred_concurrent_completions_of_one_ingest_are_counted_exactly()
    {
        var workers = new[] { await ClaimsAsync(), await ClaimsAsync(), await ClaimsAsync() };
        var (ingest, jobs) = await AcceptAsync(500);
        (await CountAsync("queued", ingest)).ShouldBe(500);

        using var stop = new CancellationTokenSource();
        var watching = WatchAsync(stop.Token);
        // Three workers that share no batches complete jobs of one ingest at the same time.
        await Task.WhenAll(jobs.Select((job, i) => Task.Run(async () =>
        {
            var claims = workers[i % workers.Length];
            var answer = await claims.ClaimAsync(job);
            (await claims.CompleteAsync(answer.Claim!, "{}")).ShouldBeTrue();
        })));
        await stop.CancelAsync();

        (await watching).ShouldBeGreaterThan(0);
        (await CountAsync("done", ingest)).ShouldBe(500);
        (await CountAsync("queued + processing", ingest)).ShouldBe(0);
    }

    [Fact]
    public async Task Every_transition_of_a_job_is_counted_and_folding_keeps_the_sums()
    {
        _world.Script.Work = (run, _) => run.JobId.ToByteArray()[15] % 4 == 0
            ? throw new PermanentJobException("no", "no")
            : Task.CompletedTask;
        await _world.StartWorkerAsync();
        var (ingest, jobs) = await AcceptAsync(60);
        await Eventually.Until(async () => await CountAsync("queued + processing", ingest) == 0);

        foreach (var job in jobs)
        {
            if ((await _world.FindAsync(job)).Status == JobStatus.Failed)
                await _world.ReplayAsync(job);
        }

        await Eventually.Until(async () => await CountAsync("queued + processing", ingest) == 0);
        var (canceled, held) = await AcceptAsync(5, DateTimeOffset.UtcNow.AddHours(1));
        foreach (var job in held)
            await _world.CancelAsync(job);
        (await CountAsync("canceled", canceled)).ShouldBe(5);
        await _world.ExecuteAsync("delete from jobs where id = $1", held[0]);

        (await CountAsync("canceled", canceled)).ShouldBe(4);
        (await _world.ScalarAsync<long>(WrongSql)).ShouldBe(0);
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from job_count_changes") == 0);
        (await _world.ScalarAsync<long>(WrongSql)).ShouldBe(0);
        (await _world.ScalarAsync<long>("select count(*) from job_counts")).ShouldBe(2);
    }

    /// <summary>Compares counters with rows until canceled. Returns the number of comparisons.</summary>
    private async Task<int> WatchAsync(CancellationToken cancellationToken)
    {
        var looks = 0;
        do
        {
            (await _world.ScalarAsync<long>(WrongSql)).ShouldBe(0);
            looks++;
        }
        while (!cancellationToken.IsCancellationRequested);
        return looks;
    }

    private async Task<JobClaims> ClaimsAsync() => (await _world.StartAcceptorAsync(claims: true)).Services.GetRequiredService<JobClaims>();

    private Task<long> CountAsync(string what, Guid ingest) =>
        _world.ScalarAsync<long>($"select coalesce(sum({what}), 0)::bigint from job_count_totals where ingest_id = $1", ingest);

    private async Task<(Guid Ingest, Guid[] Jobs)> AcceptAsync(int count, DateTimeOffset? notBefore = null)
    {
        var ingest = Guid.CreateVersion7();
        var jobs = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).Select(id => new NewJob
        {
            Id = id,
            IngestId = ingest,
            OwnerId = ingest,
            Type = Probe.Type,
            Command = new Probe { JobId = id },
            NotBefore = notBefore,
        }).ToArray();
        await using var batch = _world.Database.CreateBatch();
        var messages = await _world.Services.GetRequiredService<JobIntake>().AppendAsync(batch, jobs, default);
        await batch.ExecuteNonQueryAsync();
        _world.Services.GetRequiredService<IOutbox>().Committed(messages);
        return (ingest, Array.ConvertAll(jobs, job => job.Id));
    }
}
