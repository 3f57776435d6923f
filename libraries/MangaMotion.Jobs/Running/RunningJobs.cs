using System.Collections.Concurrent;
using MangaMotion.Jobs.Claims;

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

/// <summary>The attempts under way in this process.</summary>
internal sealed class RunningJobs
{
    private readonly ConcurrentDictionary<Guid, RunningJob> _byToken = new();

    public ICollection<RunningJob> All => _byToken.Values;

    public RunningJob Start(Claim claim, TimeSpan timeLimit, CancellationToken shutdown)
    {
        var job = new RunningJob(claim, timeLimit, ended => _byToken.TryRemove(ended.Claim.Token, out _), shutdown);
        _byToken[claim.Token] = job;
        return job;
    }

    public void StopCanceled(Guid jobId)
    {
        foreach (var job in All)
        {
            if (job.Claim.JobId == jobId)
                job.Stop(StopReason.ClaimLost);
        }
    }
}

/// <param name="Percent">0 to 100.</param>
internal sealed record ReportedProgress(string Stage, short Percent);

/// <summary>One attempt under way, and the ways to stop it.</summary>
internal sealed class RunningJob : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _shutdown;
    private readonly Timer _timeLimit;
    private readonly Action<RunningJob> _ended;
    private int _reason;

    public RunningJob(Claim claim, TimeSpan timeLimit, Action<RunningJob> ended, CancellationToken shutdown)
    {
        Claim = claim;
        _ended = ended;
        _timeLimit = new Timer(_ => Stop(StopReason.TimeLimit), null, timeLimit, Timeout.InfiniteTimeSpan);
        _shutdown = shutdown.Register(() => Stop(StopReason.Shutdown));
    }

    public Claim Claim { get; }

    public CancellationToken Token => _stop.Token;

    /// <summary>The last word of the job itself; null until it says something.</summary>
    public ReportedProgress? Progress { get; set; }

    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) != (int)StopReason.None)
            return;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended at this very moment: nothing is left to stop.
        }
    }

    public void Dispose()
    {
        _ended(this);
        _shutdown.Dispose();
        _timeLimit.Dispose();
        _stop.Dispose();
    }
}
