using System.Collections.Concurrent;
using MangaMotion.Jobs;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Queues that this service consumes from, known once the bus is configured.</summary>
internal sealed class BusQueues
{
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    public void Add(string queue) => _names[queue] = true;

    /// <summary>Names of all queues and their error queues.</summary>
    public IReadOnlyCollection<string> WithErrorQueues =>
        [.. _names.Keys.Concat(_names.Keys.Select(Lanes.ErrorQueueName)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
