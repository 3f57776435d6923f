using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Jobs.Running;

/// <summary>Three moments of a shutdown: no new work, running work is handed back, waiting for the database ends.</summary>
public sealed class JobShutdown : IDisposable
{
    /// <summary>Time allowed for handing jobs back; it takes milliseconds unless the database is unavailable.</summary>
    public static readonly TimeSpan HandBackTime = TimeSpan.FromSeconds(5);

    /// <summary>Time after which the receive endpoints have stopped consuming.</summary>
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

    /// <summary>Canceled when the service begins to stop.</summary>
    public CancellationToken NoNewWork { get; }

    /// <summary>Canceled at the end of the grace period.</summary>
    public CancellationToken Interrupt => _interrupt.Token;

    /// <summary>Canceled <see cref="HandBackTime"/> after the grace period.</summary>
    public CancellationToken Abandon => _abandon.Token;

    /// <summary>Repeats an operation while the database is unavailable, until <see cref="Abandon"/>.</summary>
    /// <param name="operation">Name of the operation in the log.</param>
    internal Task<T> RideOutAsync<T>(string operation, Func<CancellationToken, Task<T>> execute, ILogger logger) =>
        DatabaseOutage.RideOutAsync(operation, execute, logger, Abandon);

    public void Dispose()
    {
        _stopping.Dispose();
        _interrupt.Dispose();
        _abandon.Dispose();
    }
}
