using System.Collections.Concurrent;
using MangaMotion.Jobs;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>The queues this service consumes from, known once the bus is configured.</summary>
internal sealed class BusQueues
{
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    public void Add(string queue) => _names[queue] = true;

    /// <summary>Each queue and its <c>_error</c> queue.</summary>
    public IReadOnlyCollection<string> WithErrorQueues => [.. _names.Keys.Order(StringComparer.Ordinal).SelectMany(name => Lanes.IsBulk(name) ? [name] : new[] { name, $"{name}_error" })];
}
