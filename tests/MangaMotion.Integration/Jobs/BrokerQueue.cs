using MangaMotion.TestSupport;

namespace MangaMotion.Integration.Jobs;

/// <summary>Queue of one <see cref="JobWorld"/>.</summary>
public sealed class BrokerQueue(JobWorld world, string queue) : TestQueue(world.Broker, world.VirtualHost, queue);
