using System.Threading.Channels;
using MangaMotion.Api;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// One thing that is watched, for all its readers: looks at the rows when told of a change, and keeps the last few batches.
/// A reader that is further behind looks for itself, so it costs nothing here, however slow it is.
/// </summary>
internal sealed class EventTopic(EventSource source, JobEventQuery query, EventsOptions options, ILogger logger) : IAsyncDisposable
{
    private const int Kept = 16;

    private readonly Lock _lock = new();
    private readonly Queue<EventBatch> _batches = new(Kept);
    private readonly Dictionary<Guid, JobProgress> _progress = [];
    private readonly HashSet<Guid> _reported = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChangeCursor? _head;
    private Task? _looking;

    public EventSource Source { get; } = source;

    /// <summary>How many watch; under the hub's lock.</summary>
    public int Readers { get; set; }

    /// <summary>Ends with the next batch, and now and then without one. Take it before asking <see cref="After"/>.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>The batch that goes on from the cursor, if there is one.</summary>
    /// <param name="behind">The cursor is older than what is kept: the reader has to look for itself.</param>
    public EventBatch? After(ChangeCursor cursor, out bool behind)
    {
        lock (_lock)
        {
            var next = _batches.FirstOrDefault(batch => batch.To.IsNewerThan(cursor));
            behind = _head is null || (next?.From ?? _head).IsNewerThan(cursor);
            return behind ? null : next;
        }
    }

    /// <summary>A reader has seen everything up to here; the first one says where the topic begins.</summary>
    public void Begin(ChangeCursor cursor)
    {
        lock (_lock)
        {
            _head ??= cursor;
            _looking ??= Task.Run(LookAsync);
        }
    }

    /// <summary>Something watched may have changed.</summary>
    public void Look(JobProgress? progress = null)
    {
        if (progress is not null)
        {
            lock (_lock)
            {
                // A video whose part is tried again is as far as it was.
                if (!_progress.TryGetValue(progress.JobId, out var before) || progress.Progress >= before.Progress)
                    _progress[progress.JobId] = progress;
                _reported.Add(progress.JobId);
            }
        }

        _signal.Writer.TryWrite(true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_looking is not null)
            await _looking;
        _stop.Dispose();
    }

    private async Task LookAsync()
    {
        try
        {
            while (true)
            {
                await WaitAsync();
                await ReadAsync();
                await Task.Delay(options.Interval, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody watches any more.
        }
    }

    private async Task WaitAsync()
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timer.CancelAfter(options.LookAfter);
        try
        {
            await _signal.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // Time to look without having been told.
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
            // Readers wait; the next look comes by itself.
            logger.LogDebug("Events of {Source} not read, the database is away: {Reason}", Source.Id, exception.Message);
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            logger.LogError(exception, "The events of {Source} could not be read", Source.Id);
        }

        lock (_lock)
        {
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Keep(ChangeCursor since, ChangedJobs changes)
    {
        if (changes.Jobs.Count == 0 && !changes.Over)
            return;
        lock (_lock)
        {
            _head = changes.To;
            // More than a page at once: each reader fetches it at its own pace.
            if (changes.Next is not null)
                _batches.Clear();
            else
                Enqueue(EventBatch.Of(Source, since, changes));
        }
    }

    private void Enqueue(EventBatch batch)
    {
        if (_batches.Count == Kept)
            _batches.Dequeue();
        _batches.Enqueue(batch);
    }

    /// <summary>What the job said itself is fresher than its row, which is written with the next heartbeat.</summary>
    private JobEvent WithProgress(JobEvent job)
    {
        lock (_lock)
        {
            if (job.Status != JobStatus.Processing)
                _progress.Remove(job.JobId);
            return _progress.TryGetValue(job.JobId, out var said) && said.Progress >= job.Progress
                ? job with { Stage = said.Stage, Progress = said.Progress }
                : job;
        }
    }
}
