using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Restarts receive endpoints that do not consume although the broker answers. MassTransit 8.5.12 recovers by itself from the faults
/// that were seen; 8.4.0 did not, and a service then idled until somebody restarted it. An endpoint whose stop does not return cannot
/// be restarted in this process: liveness fails and the process ends, so that its supervisor starts another.
/// </summary>
internal sealed class EndpointGuard(
    IBusControl bus, BrokerConnection connection, BrokerAddress broker, IHostApplicationLifetime lifetime, TimeProvider clock,
    ILogger<EndpointGuard> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Time for a stop to end in good order. It waits for messages that are being consumed, which may take hours.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Time for a stop to return once it was told to wait no longer.</summary>
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Unhealthy checks before a restart. They double with each restart, so that a slow endpoint is not stopped for ever.</summary>
    private const int FirstCheckLimit = 4;
    private const int LastCheckLimit = 64;

    private readonly Dictionary<Uri, UnhealthyEndpoint> _unhealthy = [];
    private volatile string? _stuckQueue;

    /// <summary>Unhealthy once an endpoint cannot be restarted in this process.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_stuckQueue is { } queue
            ? HealthCheckResult.Unhealthy($"the receive endpoint of queue {queue} does not stop, only a restart of the process helps")
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
        if (!await BrokerAnswersAsync(cancellationToken))
        {
            foreach (var endpoint in _unhealthy.Values)
                endpoint.Checks = 0;
            return;
        }

        foreach (var health in bus.CheckHealth().Endpoints.Values)
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
        // A task for each endpoint: a stop that takes long, or does not return, holds up no other.
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
                e, "The endpoint of queue {Queue} was not restarted. Trying again if the queue stays without a consumer.", queue);
        }
    }

    /// <summary>A supervisor that looks at liveness restarts the process; the exit code is for those that look at processes only.</summary>
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

    private async Task<bool> BrokerAnswersAsync(CancellationToken cancellationToken)
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
