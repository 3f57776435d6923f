using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Stops the endpoints of jobs while the worker drains, so that the broker gives waiting messages to other workers. Running jobs keep
/// their deliveries. The endpoints of sagas continue: they hold no job, and the parts that run here report to them.
/// </summary>
internal sealed class DrainedEndpoints(
    IBusControl bus, StoppedEndpoints stopped, WorkerDrain drain, JobTypes types, ILogger<DrainedEndpoints> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await drain.UntilAsync(draining: true, stoppingToken);
                // An endpoint that has not started cannot be stopped, and would start later.
                await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
                using var lifted = new CancellationTokenSource();
                var stops = FindEndpoints().Select(endpoint => (Endpoint: endpoint, Stop: StopAsync(endpoint, lifted.Token))).ToList();
                await drain.UntilAsync(draining: false, stoppingToken);
                await lifted.CancelAsync();
                await Task.WhenAll(stops.Select(each => RestartAsync(each.Endpoint, each.Stop, stoppingToken)));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops, and the bus with it.
        }
    }

    private List<IReceiveEndpoint> FindEndpoints()
    {
        var queues = types.All.Where(type => types.All.All(part => part.Whole != type))
            .SelectMany(type => Lanes.All.SelectMany(lane => (string[])[type.QueueName(lane), type.QueueName(lane, bulk: true)]))
            .ToHashSet(StringComparer.Ordinal);
        return [.. bus.CheckHealth().Endpoints.Values.Where(endpoint => queues.Contains(endpoint.InputAddress.Segments[^1]))
            .Select(endpoint => endpoint.ReceiveEndpoint)];
    }

    /// <summary>Cancels the consumer at once. Returns when the running deliveries have ended or the drain is lifted.</summary>
    private async Task StopAsync(IReceiveEndpoint endpoint, CancellationToken lifted)
    {
        stopped.Add(endpoint.InputAddress);
        try
        {
            await endpoint.Stop(lifted);
        }
        catch (Exception exception) when (!lifted.IsCancellationRequested)
        {
            logger.LogWarning(exception, "Endpoint {Endpoint} of the draining worker did not stop.", endpoint.InputAddress);
        }
        catch (Exception exception)
        {
            logger.LogDebug(exception, "Stop of endpoint {Endpoint} ended: the drain is lifted.", endpoint.InputAddress);
        }
    }

    /// <summary>Starts the endpoint again. The jobs of its former deliveries continue.</summary>
    private async Task RestartAsync(IReceiveEndpoint endpoint, Task stop, CancellationToken stoppingToken)
    {
        try
        {
            await stop.WaitAsync(stoppingToken);
            // Completes a stop that the lift has interrupted.
            await endpoint.Stop(CancellationToken.None).WaitAsync(stoppingToken);
            endpoint.Start(CancellationToken.None);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogWarning(
                exception, "Endpoint {Endpoint} not started after the drain. EndpointGuard restarts it.", endpoint.InputAddress);
        }
        finally
        {
            stopped.Remove(endpoint.InputAddress);
        }
    }
}
