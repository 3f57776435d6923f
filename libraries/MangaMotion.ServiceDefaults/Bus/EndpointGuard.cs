using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Restarts receive endpoints that do not consume although the broker answers. MassTransit 8.5.12 recovers from most faults, but may wait
/// without end for a consumer when the only node of a quorum queue comes back after a kill. An endpoint whose stop does not return cannot
/// be restarted in this process: liveness fails and the process ends, so that its supervisor starts another.
/// </summary>
internal sealed class EndpointGuard(
    IBusControl bus, StoppedEndpoints stopped, BrokerConnection connection, BrokerAddress broker, IHostApplicationLifetime lifetime,
    TimeProvider clock, ILogger<EndpointGuard> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Time for an orderly stop, which waits for the messages that are being consumed. These may take hours.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Time for a stop to return once it is aborted.</summary>
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Unhealthy checks before a restart. They double with each restart, so that a slow endpoint is not stopped again and again.
    /// </summary>
    private const int FirstCheckLimit = 4;
    private const int LastCheckLimit = 64;

    private readonly Dictionary<Uri, UnhealthyEndpoint> _unhealthy = [];
    private volatile string? _stuckQueue;

    /// <summary>Reports unhealthy once an endpoint cannot be restarted in this process.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_stuckQueue is { } queue
            ? HealthCheckResult.Unhealthy($"the receive endpoint of queue {queue} does not stop; the process must be restarted")
            : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The bus stops before this service does. An endpoint that the bus has stopped must not be started again.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
                await CheckAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The service stops.
        }

        await Task.WhenAll(_unhealthy.Values.Select(endpoint => endpoint.Restart));
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var endpoints = stopped.CheckOthers(bus.CheckHealth());
        // Only for an unhealthy endpoint it matters whether the broker answers: opening a channel at each check costs the broker more than
        // all else that an idle service does.
        if (endpoints.Any(health => health.Status != BusHealthStatus.Healthy) && !await IsBrokerAvailableAsync(cancellationToken))
        {
            foreach (var endpoint in _unhealthy.Values)
                endpoint.Checks = 0;
            return;
        }

        foreach (var health in endpoints)
            Check(health, cancellationToken);
    }

    private void Check(EndpointHealthResult health, CancellationToken cancellationToken)
    {
        if (!_unhealthy.TryGetValue(health.InputAddress, out var endpoint))
        {
            if (health.Status != BusHealthStatus.Healthy)
                _unhealthy[health.InputAddress] = new() { Checks = 1 };
            return;
        }

        if (!endpoint.Restart.IsCompleted)
            return;
        if (health.Status == BusHealthStatus.Healthy)
        {
            _unhealthy.Remove(health.InputAddress);
            return;
        }

        if (++endpoint.Checks < endpoint.CheckLimit)
            return;
        endpoint.Checks = 0;
        endpoint.CheckLimit = Math.Min(endpoint.CheckLimit * 2, LastCheckLimit);
        // Each endpoint has a task of its own, so a stop that does not return delays no other endpoint.
        endpoint.Restart = Task.Run(
            () => RestartAsync(health.ReceiveEndpoint, health.InputAddress.Segments[^1], cancellationToken), CancellationToken.None);
    }

    private async Task RestartAsync(IReceiveEndpoint endpoint, string queue, CancellationToken cancellationToken)
    {
        logger.LogWarning("Queue {Queue} is not consumed although RabbitMQ at {Broker} answers. Restarting its endpoint.", queue, broker);
        using var timeout = new CancellationTokenSource(StopTimeout, clock);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await endpoint.Stop(abort.Token).WaitAsync(StopTimeout + AbortTimeout, clock, cancellationToken);
            if (!cancellationToken.IsCancellationRequested)
                endpoint.Start(CancellationToken.None);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops, and the bus with it.
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            EndProcess(queue);
        }
        catch (Exception e)
        {
            logger.LogWarning(
                e, "Endpoint of queue {Queue} not restarted. Trying again if the queue still has no consumer.", queue);
        }
    }

    /// <summary>
    /// Ends the process. A supervisor that checks liveness restarts it; the exit code is for supervisors that watch the process only.
    /// </summary>
    private void EndProcess(string queue)
    {
        _stuckQueue = queue;
        logger.LogCritical(
            "The receive endpoint of queue {Queue} did not stop within {Seconds} s and cannot be restarted in this process. "
            + "The process hands its jobs back and ends with exit code 1.",
            queue, (StopTimeout + AbortTimeout).TotalSeconds);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private async Task<bool> IsBrokerAvailableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.OpenChannelAsync(cancellationToken);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // BrokerWatch reports outages.
            return false;
        }
    }

    private sealed class UnhealthyEndpoint
    {
        public int Checks { get; set; }

        public int CheckLimit { get; set; } = FirstCheckLimit;

        public Task Restart { get; set; } = Task.CompletedTask;
    }
}
