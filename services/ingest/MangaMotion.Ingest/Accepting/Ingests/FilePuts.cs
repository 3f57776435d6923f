using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// The small files of one request on their way into the store, side by side, while the request is read on: one after the other
/// a thousand of them would wait a thousand times for the store.
/// </summary>
/// <param name="gone">The caller's token.</param>
internal sealed class FilePuts(PutTurns turns, CancellationToken gone) : IDisposable
{
    /// <summary>For what is under way when the request has failed: a put that is cut off may appear after all, and nobody would remove it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _failed = CancellationTokenSource.CreateLinkedTokenSource(gone);
    private readonly CancellationTokenSource _patience = new();
    private readonly List<Task> _underWay = [];
    private Exception? _first;

    /// <summary>Reads the request, which adds its puts, and returns when all of them have ended, whatever happened.</summary>
    /// <param name="read">Its token ends the reading as soon as one put has failed.</param>
    /// <exception cref="Exception">What failed first, of reading and puts.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> read)
    {
        try
        {
            await read(_failed.Token);
        }
        catch (Exception exception)
        {
            await FailAsync(exception);
        }

        await Task.WhenAll(_underWay);
        if (_first is not null)
            ExceptionDispatchInfo.Throw(_first);
    }

    /// <summary>Begins a put when it has its turn.</summary>
    public async Task AddAsync(Func<CancellationToken, Task> put)
    {
        await turns.WaitAsync(_failed.Token);
        _underWay.RemoveAll(task => task.IsCompleted);
        _underWay.Add(PutAsync(put));
    }

    public void Dispose()
    {
        _failed.Dispose();
        _patience.Dispose();
    }

    private async Task PutAsync(Func<CancellationToken, Task> put)
    {
        try
        {
            await put(_patience.Token);
        }
        catch (Exception exception)
        {
            await FailAsync(exception);
        }
        finally
        {
            turns.Release();
        }
    }

    private Task FailAsync(Exception exception)
    {
        if (Interlocked.CompareExchange(ref _first, exception, null) is not null)
            return Task.CompletedTask;
        _patience.CancelAfter(Patience);
        return _failed.CancelAsync();
    }
}

/// <summary>The places for small files of all requests, so that what is held in memory does not grow with the number of requests.</summary>
public sealed class PutTurns(IOptions<IngestOptions> options) : SemaphoreSlim(options.Value.PutsAtOnce);
