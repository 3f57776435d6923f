using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Starts receive endpoints again that do not consume although the broker answers. MassTransit 8.4.0 takes a request that the
/// broker left unanswered (seen with a quorum queue after <c>kill -9</c> of the broker) for its own stop and ends the endpoint
/// for good, without a word: the service would idle until somebody restarts it.
/// </summary>
internal sealed class EndpointGuard(
    IBusControl bus, BrokerConnection connection, BrokerAddress broker, TimeProvider clock, ILogger<EndpointGuard> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Checks in a row; it doubles with each restart, so that an endpoint that is merely slow is not stopped for ever.</summary>
    private const int FirstPatience = 4;
    private const int LongestPatience = 64;

    private readonly Dictionary<Uri, Patient> _unwell = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!await BrokerAnswersAsync(stoppingToken))
            {
                foreach (var patient in _unwell.Values)
                    patient.Checks = 0;
                continue;
            }

            foreach (var endpoint in bus.CheckHealth().Endpoints.Values)
                await CheckAsync(endpoint, stoppingToken);
        }
    }

    private async Task CheckAsync(EndpointHealthResult endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.Status == BusHealthStatus.Healthy)
        {
            _unwell.Remove(endpoint.InputAddress);
            return;
        }

        if (!_unwell.TryGetValue(endpoint.InputAddress, out var patient))
            _unwell[endpoint.InputAddress] = patient = new();
        if (++patient.Checks < patient.Patience)
            return;

        patient.Checks = 0;
        patient.Patience = Math.Min(patient.Patience * 2, LongestPatience);
        var queue = endpoint.InputAddress.Segments[^1];
        logger.LogWarning("Queue {Queue} is not consumed although RabbitMQ at {Broker} answers. Starting its endpoint again.", queue, broker);
        try
        {
            await endpoint.ReceiveEndpoint.Stop(cancellationToken);
            endpoint.ReceiveEndpoint.Start(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(e, "The endpoint of queue {Queue} could not be started again; the next try follows.", queue);
        }
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
            // BrokerWatch tells of outages.
            return false;
        }
    }

    private sealed class Patient
    {
        public int Checks { get; set; }

        public int Patience { get; set; } = FirstPatience;
    }
}
