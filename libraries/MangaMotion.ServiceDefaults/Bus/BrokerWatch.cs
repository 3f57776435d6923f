using MassTransit;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// One line when the broker is lost and one when it is back. MassTransit's own lines, a stack trace for every endpoint and
/// every try, are turned off; <c>Logging__LogLevel__MassTransit=Debug</c> brings them back.
/// </summary>
internal sealed class BrokerWatch(BrokerAddress broker, TimeProvider clock, ILogger<BrokerWatch> logger) : IReceiveEndpointObserver
{
    private readonly Lock _lock = new();
    private readonly HashSet<Uri> _lost = [];
    private long _since;

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        lock (_lock)
        {
            if (_lost.Add(faulted.InputAddress) && _lost.Count == 1)
            {
                _since = clock.GetTimestamp();
                logger.LogWarning("RabbitMQ at {Broker} cannot be used: {Reason}. Trying again until it can.",
                    broker, faulted.Exception?.GetBaseException().Message.TrimEnd('.'));
            }
        }

        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        lock (_lock)
        {
            if (_lost.Remove(ready.InputAddress) && _lost.Count == 0)
                logger.LogInformation("RabbitMQ at {Broker} is back after {Seconds:0} s.", broker, clock.GetElapsedTime(_since).TotalSeconds);
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;
}
