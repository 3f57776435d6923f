using System.Collections.Concurrent;
using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Running;

/// <summary>Why a running attempt was stopped from outside.</summary>
internal enum StopReason
{
    None,

    /// <summary>The job was canceled, or its lease is another worker's: nothing of this attempt may be written.</summary>
    ClaimLost,

    Shutdown,

    TimeLimit,
}

/// <summary>The attempts under way in this process, and those about to begin.</summary>
internal sealed class RunningJobs(ILogger<RunningJobs> logger)
{
    private readonly ConcurrentDictionary<Guid, RunningJob> _byToken = new();

    /// <summary>Those whose claim is held.</summary>
    public IEnumerable<RunningJob> Begun => _byToken.Values.Where(job => job.HasBegun);

    /// <summary>Before the claim is made: a cancel may follow its commit at once, and is told only once.</summary>
    /// <param name="token">That of the claim to be made.</param>
    public RunningJob Expect(Guid token)
    {
        var job = new RunningJob(() => _byToken.TryRemove(token, out _), logger);
        _byToken[token] = job;
        return job;
    }

    public void StopCanceled(Guid token)
    {
        if (_byToken.TryGetValue(token, out var job))
            job.Stop(StopReason.ClaimLost);
    }
}

/// <param name="Percent">0 to 100.</param>
internal sealed record ReportedProgress(string Stage, short Percent);

/// <summary>One attempt, from before its claim, and the ways to stop it.</summary>
internal sealed class RunningJob(Action ended, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenRegistration _shutdown;
    private Timer? _timeLimit;
    private volatile Claim? _claim;
    private int _reason;

    public bool HasBegun => _claim is not null;

    public Claim Claim => _claim ?? throw new InvalidOperationException("The attempt has not begun.");

    public CancellationToken Token => _stop.Token;

    /// <summary>The last word of the job itself; null until it says something.</summary>
    public ReportedProgress? Progress { get; set; }

    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>The claim is held, and the work starts; it may have been canceled already.</summary>
    public void Begin(Claim claim, TimeSpan timeLimit, CancellationToken shutdown)
    {
        _claim = claim;
        _timeLimit = new Timer(_ => Stop(StopReason.TimeLimit), null, timeLimit, Timeout.InfiniteTimeSpan);
        _shutdown = shutdown.Register(() => Stop(StopReason.Shutdown));
    }

    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) == (int)StopReason.None)
            _ = CancelAsync();
    }

    public void Dispose()
    {
        ended();
        _shutdown.Dispose();
        _timeLimit?.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// On another thread: what the work does when it is told to stop may take its time, or throw, and whoever tells it (the heartbeat,
    /// the listener, a timer) has the other attempts to look after.
    /// </summary>
    private async Task CancelAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended at this very moment: nothing is left to stop.
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "A job that was told to stop ({Reason}) threw at that", Reason);
        }
    }
}
