using System.Collections.Concurrent;
using MangaMotion.Jobs.Claims;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Jobs.Running;

/// <summary>Reason for which a running attempt was stopped.</summary>
internal enum StopReason
{
    None,

    /// <summary>The job was canceled, or another worker holds its lease: nothing of this attempt may be stored.</summary>
    ClaimLost,

    Shutdown,

    TimeLimit,
}

/// <summary>Attempts of this process that run or are about to begin.</summary>
internal sealed class RunningJobs(ILogger<RunningJobs> logger)
{
    private readonly ConcurrentDictionary<Guid, RunningJob> _byToken = new();

    /// <summary>Attempts whose claim is held.</summary>
    public IEnumerable<RunningJob> Begun => _byToken.Values.Where(job => job.HasBegun);

    /// <summary>
    /// Registers an attempt before its claim: a cancel may follow the commit of the claim at once, and is notified only once.
    /// </summary>
    /// <param name="token">Token of the coming claim.</param>
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

/// <summary>One attempt, registered before its claim, and the means to stop it.</summary>
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

    /// <summary>Progress last reported by the job; null before the first report.</summary>
    public ReportedProgress? Progress { get; set; }

    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Starts the time limit of a claimed attempt, which may have been canceled already.</summary>
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
    /// Cancels the work on another thread: its callbacks may be slow or throw, and the caller (the heartbeat, the notice listener, a timer)
    /// has other attempts to serve.
    /// </summary>
    private async Task CancelAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended meanwhile.
        }
        catch (Exception exception)
        {
            logger.LogError(
                exception, "A canceled attempt threw in its cancellation callbacks. Reason of the cancellation: {Reason}.", Reason);
        }
    }
}
