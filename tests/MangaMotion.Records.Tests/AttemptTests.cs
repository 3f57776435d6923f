using System.Text;
using MangaMotion.Records.Loading;
using MangaMotion.RecordStore.Reading;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MangaMotion.Records.Tests;

/// <summary>Attempts that crash, repeat or finish late: the records are stored once or not at all.</summary>
public sealed class AttemptTests(TestStack stack) : IAsyncLifetime
{
    private const string Payload = """[{"a":1},{"a":2},{"a":3}]""";

    private RecordWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await RecordWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Records_become_visible_when_the_result_is_committed()
    {
        var claim = await _world.ClaimAsync();
        await _world.AttemptAsync(claim, await PutAsync());
        (await _world.ReadAsync()).ShouldBeEmpty();

        await _world.CompleteAsync(claim);

        (await _world.ReadAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Rows_of_an_attempt_that_crashed_before_its_result_are_replaced_by_the_next_attempt()
    {
        var key = await PutAsync();
        var crashed = await _world.ClaimAsync();
        var table = (await _world.AttemptAsync(crashed, key)).Table;

        var next = await _world.ClaimAsync(job: crashed.JobId);
        await _world.AttemptAsync(next, key);
        await _world.CompleteAsync(next);

        (await _world.ReadAsync()).Count.ShouldBe(3);
        (await _world.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(3);
        (await _world.ScalarAsync<long>("select count(*) from records.loads")).ShouldBe(1);
    }

    [Fact]
    public async Task The_sweeper_deletes_rows_of_a_job_that_was_canceled_before_its_result_and_no_others()
    {
        var table = (await _world.StoreAsync(Payload)).Table;
        var canceled = await _world.ClaimAsync();
        await _world.AttemptAsync(canceled, await PutAsync());
        var running = await _world.ClaimAsync();
        await _world.AttemptAsync(running, await PutAsync());
        await _world.ExecuteAsync(
            "update jobs set status = 'CANCELED', claim_token = null, lease_until = null, finished_at = now() where id = $1",
            canceled.JobId);

        using var sweeper = new LoadSweeper(_world.Database, NullLogger<LoadSweeper>.Instance);
        await sweeper.SweepAsync(default);

        (await _world.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(6);
        await _world.CompleteAsync(running);
        (await _world.ReadAsync()).Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_late_attempt_that_lost_its_claim_changes_nothing()
    {
        var key = await PutAsync();
        var late = await _world.ClaimAsync();
        var next = await _world.ClaimAsync(job: late.JobId);
        var table = (await _world.AttemptAsync(next, key)).Table;
        await _world.CompleteAsync(next);

        await Should.ThrowAsync<OperationCanceledException>(_world.AttemptAsync(late, key));

        (await _world.ReadAsync()).Count.ShouldBe(3);
        (await _world.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(3);
    }

    [Fact]
    public async Task An_attempt_canceled_during_its_copy_leaves_no_rows()
    {
        var table = (await _world.StoreAsync(Payload)).Table;
        await using var blocker = await _world.Database.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"lock table {table} in exclusive mode", blocker))
            await hold.ExecuteNonQueryAsync();
        using var cancel = new CancellationTokenSource();
        var attempt = _world.AttemptAsync(await _world.ClaimAsync(), await PutAsync(), cancellationToken: cancel.Token);
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from pg_locks where not granted") > 0);

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(attempt);
        await transaction.RollbackAsync();
        (await _world.ScalarAsync<long>("select count(*) from records.loads")).ShouldBe(1);
        (await _world.ScalarAsync<long>($"select count(*) from {table}")).ShouldBe(3);
    }

    [Fact]
    public async Task A_hundred_thousand_records_stream_from_S3_and_are_read_in_order()
    {
        await using var bucket = await stack.CreateBucketAsync();
        _world.Store = bucket.Store;
        var claim = await _world.ClaimAsync();

        var result = await _world.AttemptAsync(claim, await _world.PutAsync(new PatternedPayload(100_000)));
        await _world.CompleteAsync(claim);

        (result.Records, result.Storage, result.Format).ShouldBe((100_000, "sql", "objects"));
        var read = await _world.ReadAsync(new(RecordWorld.Owner, "voyage", null, null), 10_000);
        read.Count.ShouldBe(100_000);
        read.Select(record => record.GetProperty("id").GetInt32()).ShouldBe(Enumerable.Range(0, 100_000));
        (await _world.ReadAsync(new RecordFilter("id", FilterOperator.Equal, "77777")))[0].GetProperty("name").GetString()
            .ShouldBe("name 77777");
    }

    private Task<string> PutAsync() => _world.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(Payload)));
}
