using System.Collections.Concurrent;
using MassTransit;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Receive endpoints that this service has stopped on purpose. They are no fault of the bus.</summary>
internal sealed class StoppedEndpoints
{
    private readonly ConcurrentDictionary<Uri, bool> _addresses = new();

    public void Add(Uri address) => _addresses[address] = true;

    public void Remove(Uri address) => _addresses.TryRemove(address, out _);

    /// <summary>Whether the bus is healthy, apart from these endpoints.</summary>
    public bool IsHealthy(BusHealthResult bus)
    {
        var others = CheckOthers(bus);
        return bus.Status == BusHealthStatus.Healthy
            || (others.Count < bus.Endpoints.Count && others.All(endpoint => endpoint.Status == BusHealthStatus.Healthy));
    }

    /// <summary>Returns the state of the endpoints that are to consume.</summary>
    public IReadOnlyCollection<EndpointHealthResult> CheckOthers(BusHealthResult bus) =>
        [.. bus.Endpoints.Values.Where(endpoint => !_addresses.ContainsKey(endpoint.InputAddress))];
}
