using MassTransit;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Logs one line when the broker becomes unavailable and one when it is back. MassTransit logs a stack trace for each endpoint and each
/// attempt; these lines are off unless <c>Logging__LogLevel__MassTransit=Debug</c> is set.
/// </summary>
internal sealed class BrokerWatch(BrokerAddress broker, TimeProvider clock, ILogger<BrokerWatch> logger) : IReceiveEndpointObserver
{
    private readonly Lock _lock = new();
    private readonly HashSet<Uri> _lost = [];
    private long _since;
    private bool _wasReady;
    private bool _reconnecting;

    /// <summary>Called before each attempt to connect. With another node that answers, no endpoint faults.</summary>
    public Task Connecting()
    {
        lock (_lock)
            _reconnecting = _wasReady;
        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        lock (_lock)
        {
            if (_lost.Add(faulted.InputAddress) && _lost.Count == 1)
            {
                _since = clock.GetTimestamp();
                _reconnecting = false;
                logger.LogWarning("RabbitMQ at {Broker} unavailable: {Reason}. Retrying.",
                    broker, faulted.Exception?.GetBaseException().Message.TrimEnd('.'));
            }
        }

        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        lock (_lock)
        {
            _wasReady = true;
            if (_reconnecting && _lost.Count == 0)
                logger.LogWarning("The connection to RabbitMQ at {Broker} was lost and opened again.", broker);
            _reconnecting = false;
            if (_lost.Remove(ready.InputAddress) && _lost.Count == 0)
            {
                logger.LogInformation(
                    "RabbitMQ at {Broker} is back after {Seconds:0} s.", broker, clock.GetElapsedTime(_since).TotalSeconds);
            }
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;
}
