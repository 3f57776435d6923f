using MangaMotion.Jobs.Running;

namespace MangaMotion.Jobs.Tests;

public sealed class LaneGateTests
{
    [Fact]
    public async Task The_highest_waiting_lane_gets_the_next_place()
    {
        var gate = new LaneGate(1);
        var held = await gate.EnterAsync(Lane.Low, bulk: false, default);
        var low = gate.EnterAsync(Lane.Low, bulk: false, default);
        var normal = gate.EnterAsync(Lane.Normal, bulk: false, default);
        var high = gate.EnterAsync(Lane.High, bulk: false, default);

        held.Dispose();
        (await high).Dispose();
        (await normal).Dispose();
        (await low).Dispose();

        (await gate.EnterAsync(Lane.Normal, bulk: false, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_bulk_queue_of_a_lane_comes_after_its_front_queue_and_before_the_next_lane()
    {
        var gate = new LaneGate(1);
        var held = await gate.EnterAsync(Lane.Normal, bulk: true, default);
        var low = gate.EnterAsync(Lane.Low, bulk: false, default);
        var bulk = gate.EnterAsync(Lane.Normal, bulk: true, default);
        var front = gate.EnterAsync(Lane.Normal, bulk: false, default);

        held.Dispose();
        (await front).Dispose();
        (await bulk).Dispose();
        (await low).Dispose();
    }

    [Fact]
    public async Task A_lane_is_served_in_the_order_of_arrival()
    {
        var gate = new LaneGate(1);
        var held = await gate.EnterAsync(Lane.Normal, bulk: false, default);
        var first = gate.EnterAsync(Lane.Normal, bulk: false, default);
        var second = gate.EnterAsync(Lane.Normal, bulk: false, default);

        held.Dispose();
        var place = await first;
        second.IsCompleted.ShouldBeFalse();
        place.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_canceled_wait_takes_no_place()
    {
        var gate = new LaneGate(1);
        var held = await gate.EnterAsync(Lane.Normal, bulk: false, default);
        using var cancel = new CancellationTokenSource();
        var canceled = gate.EnterAsync(Lane.High, bulk: false, cancel.Token);
        var waiting = gate.EnterAsync(Lane.Low, bulk: false, default);

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(canceled);
        held.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_place_disposed_twice_is_freed_once()
    {
        var gate = new LaneGate(1);
        var place = await gate.EnterAsync(Lane.Normal, bulk: false, default);
        place.Dispose();
        place.Dispose();

        using var only = await gate.EnterAsync(Lane.Normal, bulk: false, default);
        gate.EnterAsync(Lane.Normal, bulk: false, default).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task No_more_jobs_enter_than_there_are_places()
    {
        var gate = new LaneGate(3);
        var inside = 0;
        var most = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
        {
            using var place = await gate.EnterAsync((Lane)(i % 3), bulk: i % 2 == 0, token);
            InterlockedMax(ref most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        });
        most.ShouldBeInRange(1, 3);
        inside.ShouldBe(0);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value)
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
