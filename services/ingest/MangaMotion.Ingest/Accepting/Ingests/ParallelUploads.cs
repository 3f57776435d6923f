using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// Stores the small files of one request in parallel, while the request is read on. One after the other, a thousand files would wait a
/// thousand times for the store.
/// </summary>
internal sealed class ParallelUploads(UploadSlots slots, CancellationToken cancellationToken) : IDisposable
{
    /// <summary>
    /// Time that running uploads get to end once the request has failed. An upload that is cut off may still appear in the store later,
    /// when nothing removes it.
    /// </summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly CancellationTokenSource _timeout = new();
    private readonly List<Task> _running = [];
    private Exception? _first;

    /// <summary>Reads the request, which adds its uploads, and returns once all of them have ended.</summary>
    /// <param name="read">Reads the request. Its token stops the reading as soon as one upload has failed.</param>
    /// <exception cref="Exception">The first failure of reading and uploads.</exception>
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

        await Task.WhenAll(_running);
        if (_first is not null)
            ExceptionDispatchInfo.Throw(_first);
    }

    /// <summary>Starts an upload once a slot is free.</summary>
    public async Task AddAsync(Func<CancellationToken, Task> upload)
    {
        await slots.WaitAsync(_failed.Token);
        _running.RemoveAll(task => task.IsCompleted);
        _running.Add(UploadAsync(upload));
    }

    public void Dispose()
    {
        _failed.Dispose();
        _timeout.Dispose();
    }

    private async Task UploadAsync(Func<CancellationToken, Task> upload)
    {
        try
        {
            await upload(_timeout.Token);
        }
        catch (Exception exception)
        {
            await FailAsync(exception);
        }
        finally
        {
            slots.Release();
        }
    }

    private Task FailAsync(Exception exception)
    {
        if (Interlocked.CompareExchange(ref _first, exception, null) is not null)
            return Task.CompletedTask;
        _timeout.CancelAfter(EndTimeout);
        return _failed.CancelAsync();
    }
}

/// <summary>
/// Slots for small files, shared by all requests, so that the memory for their bytes does not grow with the number of requests.
/// </summary>
public sealed class UploadSlots(IOptions<IngestOptions> options) : SemaphoreSlim(options.Value.PutsAtOnce);
