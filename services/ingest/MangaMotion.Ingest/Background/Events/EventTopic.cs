using MangaMotion.Api;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// One watched source for all its readers. It reads the rows after a notification and keeps the last 16 batches. A reader that is further
/// behind reads the rows itself, so a slow reader holds no memory here.
/// </summary>
internal sealed class EventTopic(EventSource source, JobEventQuery query, EventsOptions options, ILogger logger) : IAsyncDisposable
{
    private const int Kept = 16;

    private readonly Lock _lock = new();
    private readonly Queue<EventBatch> _batches = new(Kept);
    private readonly Dictionary<Guid, JobProgress> _progress = [];
    private readonly HashSet<Guid> _reported = [];
    private readonly WakeSignal _signal = new();
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChangeCursor? _head;
    private Task? _running;

    public EventSource Source { get; } = source;

    /// <summary>Number of readers; guarded by the lock of the hub.</summary>
    public int Readers { get; set; }

    /// <summary>Task that ends after the next reading of the rows. Get it before calling <see cref="FindNext"/>.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>Finds the batch that follows the cursor; null without one.</summary>
    /// <param name="behind">True if the cursor is older than the kept batches: the reader must read the rows itself.</param>
    public EventBatch? FindNext(ChangeCursor cursor, out bool behind)
    {
        lock (_lock)
        {
            var next = _batches.FirstOrDefault(batch => batch.To.IsNewerThan(cursor));
            behind = _head is null || (next?.From ?? _head).IsNewerThan(cursor);
            return behind ? null : next;
        }
    }

    /// <summary>Starts the topic at the cursor of its first reader, who has all changes up to there.</summary>
    public void Start(ChangeCursor cursor)
    {
        lock (_lock)
        {
            _head ??= cursor;
            _running ??= Task.Run(RunAsync);
        }
    }

    /// <summary>Has the topic read its rows, since one of them may have changed.</summary>
    public void Wake(JobProgress? progress = null)
    {
        if (progress is not null)
        {
            lock (_lock)
            {
                // The progress of a video does not go back if a part is retried.
                if (!_progress.TryGetValue(progress.JobId, out var before) || progress.Progress >= before.Progress)
                    _progress[progress.JobId] = progress;
                _reported.Add(progress.JobId);
            }
        }

        _signal.Set();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running is not null)
            await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _signal.WaitAsync(options.LookAfter, _stop.Token);
                await ReadAsync();
                await Task.Delay(options.Interval, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The last reader has left.
        }
    }

    private async Task ReadAsync()
    {
        ChangeCursor since;
        Guid[] reported;
        lock (_lock)
        {
            since = _head!;
            reported = [.. _reported];
            _reported.Clear();
        }

        try
        {
            var changes = await query.ReadAsync(Source, since, page: null, reported, _stop.Token);
            Keep(since, changes with { Jobs = [.. changes.Jobs.Select(WithProgress)] });
        }
        catch (Exception exception) when (DatabaseOutage.Is(exception))
        {
            // Readers wait until the next reading.
            logger.LogDebug("Database unavailable: events of {Source} not read: {Reason}. Retrying.", Source.Id, exception.Message);
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            logger.LogError(exception, "Events of {Source} not read. Retrying.", Source.Id);
        }

        lock (_lock)
        {
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Keep(ChangeCursor since, ChangedJobs changes)
    {
        if (changes.Jobs.Count == 0 && !changes.HasEnded)
            return;
        lock (_lock)
        {
            _head = changes.To;
            // More than one page has changed: each reader reads the pages itself.
            if (changes.Next is not null)
                _batches.Clear();
            else
                Enqueue(EventBatch.Create(Source, since, changes));
        }
    }

    private void Enqueue(EventBatch batch)
    {
        if (_batches.Count == Kept)
            _batches.Dequeue();
        _batches.Enqueue(batch);
    }

    /// <summary>Adds the reported progress, which is newer than that of the row until the next heartbeat.</summary>
    private JobEvent WithProgress(JobEvent job)
    {
        lock (_lock)
        {
            if (job.Status != JobStatus.Processing)
                _progress.Remove(job.JobId);
            return _progress.TryGetValue(job.JobId, out var reported) && reported.Progress >= job.Progress
                ? job with { Stage = reported.Stage, Progress = reported.Progress }
                : job;
        }
    }
}
