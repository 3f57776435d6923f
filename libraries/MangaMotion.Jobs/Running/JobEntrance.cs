using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Pausing;

namespace MangaMotion.Jobs.Running;

/// <summary>
/// Lets messages in, one for each free place. They wait here, unclaimed, while their lane is paused, while this worker's sandbox does not
/// work, and while a shared server is away. While this worker drains, they return to the broker.
/// </summary>
internal sealed class JobEntrance(
    LaneGate gate, BulkTurns turns, QueuePauses pauses, OutageHold outage, WorkerDrain drain, JobShutdown shutdown,
    IEnumerable<IJobSandbox> sandboxes)
{
    private readonly IJobSandbox? _sandbox = sandboxes.FirstOrDefault();

    /// <summary>Waits for a place. Disposing the result frees it.</summary>
    /// <param name="queue">Front or bulk queue of the message.</param>
    /// <exception cref="WorkerStopsException">The worker drains.</exception>
    public async Task<IDisposable> EnterAsync(string queue)
    {
        using var noNewWork = CancellationTokenSource.CreateLinkedTokenSource(shutdown.NoNewWork, drain.Begun);
        try
        {
            return await EnterAsync(queue, noNewWork.Token);
        }
        catch (OperationCanceledException) when (!shutdown.NoNewWork.IsCancellationRequested)
        {
            // While the endpoint still consumes, the broker would deliver the message here again.
            await Task.Delay(JobShutdown.EndpointTime, CancellationToken.None);
            throw new WorkerStopsException();
        }
    }

    private async Task<IDisposable> EnterAsync(string queue, CancellationToken noNewWork)
    {
        var front = Lanes.FrontOf(queue);
        while (true)
        {
            noNewWork.ThrowIfCancellationRequested();
            await pauses.UntilOpenAsync(front, noNewWork);
            await outage.UntilEndAsync(noNewWork);
            if (_sandbox is not null)
                await _sandbox.UntilItWorksAsync(noNewWork);
            var place = await EnterGateAsync(queue, noNewWork);
            if (!noNewWork.IsCancellationRequested && !pauses.IsPaused(front) && !outage.IsHolding && _sandbox is null or { Works: true })
                return place;
            place.Dispose();
        }
    }

    private async Task<IDisposable> EnterGateAsync(string queue, CancellationToken noNewWork)
    {
        if (!Lanes.IsBulk(queue))
            return await gate.EnterAsync(Lanes.OfQueue(queue), bulk: false, noNewWork);
        turns.BulkArrived();
        try
        {
            return await gate.EnterAsync(Lanes.OfQueue(queue), bulk: true, noNewWork);
        }
        finally
        {
            turns.BulkLeft();
        }
    }
}
