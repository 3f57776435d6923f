using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Pausing;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Lets messages in, one for each free place. They wait here, unclaimed, while their lane is paused, while this worker's sandbox does not
/// work, and while a shared server is away.
/// </summary>
internal sealed class JobEntrance(
    LaneGate gate, BulkTurns turns, QueuePauses pauses, OutageHold outage, JobShutdown shutdown, IEnumerable<IJobSandbox> sandboxes)
{
    private readonly IJobSandbox? _sandbox = sandboxes.FirstOrDefault();

    /// <summary>Waits for a place. Disposing the result frees it.</summary>
    /// <param name="queue">Front or bulk queue of the message.</param>
    public async Task<IDisposable> EnterAsync(string queue)
    {
        var front = Lanes.FrontOf(queue);
        while (true)
        {
            await pauses.UntilOpenAsync(front, shutdown.NoNewWork);
            await outage.UntilEndAsync(shutdown.NoNewWork);
            if (_sandbox is not null)
                await _sandbox.UntilItWorksAsync(shutdown.NoNewWork);
            var place = await EnterGateAsync(queue);
            if (!pauses.IsPaused(front) && !outage.IsHolding && _sandbox is null or { Works: true })
                return place;
            place.Dispose();
        }
    }

    private async Task<IDisposable> EnterGateAsync(string queue)
    {
        if (!Lanes.IsBulk(queue))
            return await gate.EnterAsync(Lanes.OfQueue(queue), bulk: false, shutdown.NoNewWork);
        turns.BulkArrived();
        try
        {
            return await gate.EnterAsync(Lanes.OfQueue(queue), bulk: true, shutdown.NoNewWork);
        }
        finally
        {
            turns.BulkLeft();
        }
    }
}
