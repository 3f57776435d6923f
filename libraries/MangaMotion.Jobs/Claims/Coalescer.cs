using System.Threading.Channels;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Claims;

/// <summary>
/// Combines many small database calls into few. A request that finds the database idle is sent at once; requests that arrive during a
/// statement share the next one. Batches grow with the load, and an idle system waits for nothing. During an outage of the database
/// requests wait until it is available or the service stops.
/// </summary>
internal sealed class Coalescer<TRequest, TResult>(
    string name, Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TResult>>> execute, ILogger logger) : IAsyncDisposable
{
    private const int MaxBatch = 256;

    // Synchronous: a request that finds the pump idle runs its statement itself instead of waking another thread.
    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(
        new() { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _starting = new();
    private Task? _pump;

    /// <summary>Answers one request. It cannot be canceled: a claim whose caller has left would look like a crashed worker.</summary>
    /// <exception cref="OperationCanceledException">The service stopped while the database was unavailable.</exception>
    public Task<TResult> ExecuteAsync(TRequest request)
    {
        var pending = new Pending(request);
        lock (_starting)
            _pump ??= Task.Run(PumpAsync);
        if (!_pending.Writer.TryWrite(pending))
            throw new OperationCanceledException($"The service stopped before '{name}' could be done.");
        return pending.Answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _stopping.CancelAsync();
        if (_pump is not null)
            await _pump;
        _stopping.Dispose();
    }

    private async Task PumpAsync()
    {
        var batch = new List<Pending>(MaxBatch);
        while (await _pending.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _pending.Reader.TryRead(out var pending))
                batch.Add(pending);
            await AnswerAsync(batch);
        }
    }

    private async Task AnswerAsync(IReadOnlyList<Pending> batch)
    {
        var requests = batch.Select(pending => pending.Request).ToArray();
        try
        {
            var results = await DatabaseOutage.RideOutAsync(
                name, token => execute(requests, token), logger, _stopping.Token);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.SetResult(results[i]);
        }
        catch (PostgresException) when (batch.Count > 1)
        {
            // A refused request must not fail the others of its batch.
            foreach (var pending in batch)
                await AnswerAsync([pending]);
        }
        catch (Exception exception)
        {
            foreach (var pending in batch)
                pending.Answer.TrySetException(exception);
        }
    }

    private sealed record Pending(TRequest Request)
    {
        public TaskCompletionSource<TResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
