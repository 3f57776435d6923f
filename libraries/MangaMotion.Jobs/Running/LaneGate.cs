namespace MangaMotion.Jobs.Running;

/// <summary>
/// Limits how many jobs a worker runs at a time. A free place goes to the highest lane that waits, and within a lane to the front queue
/// before the bulk queue. Messages wait here before they are claimed, so waiting costs no lease.
/// </summary>
/// <param name="places">Jobs that may run at the same time.</param>
public sealed class LaneGate(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource>[] _waiting =
        [.. Enumerable.Range(0, 2 * Lanes.All.Count).Select(_ => new LinkedList<TaskCompletionSource>())];
    private int _free = places;

    /// <summary>Waits for a place. Disposing the result frees it.</summary>
    public async Task<IDisposable> EnterAsync(Lane lane, bool bulk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = _waiting[(2 * (int)lane) + (bulk ? 1 : 0)];
        LinkedListNode<TaskCompletionSource> turn;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }

            turn = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var registration = cancellationToken.Register(() => GiveUp(turn, cancellationToken));
        await turn.Value.Task;
        return new Place(this);
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // The place was assigned meanwhile; its holder frees it.
            if (turn.List is not { } waiting)
                return;
            waiting.Remove(turn);
        }

        turn.Value.SetCanceled(cancellationToken);
    }

    private void Leave()
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            foreach (var waiting in _waiting)
            {
                if (waiting.First is not { } first)
                    continue;
                waiting.RemoveFirst();
                next = first.Value;
                break;
            }

            if (next is null)
                _free++;
        }

        next?.SetResult();
    }

    private sealed class Place(LaneGate gate) : IDisposable
    {
        private LaneGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
