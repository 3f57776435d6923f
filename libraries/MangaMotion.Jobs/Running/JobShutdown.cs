using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MangaMotion.Jobs.Running;

/// <summary>The three moments of a shutdown: no new work; running work is handed back; the database is no longer waited for.</summary>
public sealed class JobShutdown : IDisposable
{
    /// <summary>Handing a job back takes milliseconds unless the database is away.</summary>
    public static readonly TimeSpan HandBackTime = TimeSpan.FromSeconds(5);

    /// <summary>After it the receive endpoints have stopped consuming, unless something else is slow to stop.</summary>
    internal static readonly TimeSpan EndpointTime = TimeSpan.FromSeconds(1.5);

    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly CancellationTokenRegistration _stopping;

    public JobShutdown(IHostApplicationLifetime lifetime, IOptions<JobsOptions> options)
    {
        NoNewWork = lifetime.ApplicationStopping;
        _stopping = NoNewWork.Register(() =>
        {
            _interrupt.CancelAfter(options.Value.ShutdownGrace);
            _abandon.CancelAfter(options.Value.ShutdownGrace + HandBackTime);
        });
    }

    public CancellationToken NoNewWork { get; }

    /// <summary>The grace period is over.</summary>
    public CancellationToken Interrupt => _interrupt.Token;

    public CancellationToken Abandon => _abandon.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _interrupt.Dispose();
        _abandon.Dispose();
    }
}
