using MangaMotion.Jobs.Reconciling;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Reads the depths of queues by passive declarations, which are exact. The statistics of the broker are seconds old.</summary>
internal sealed class QueueDepths(BrokerConnection connection, BrokerAddress broker) : IQueueDepths
{
    private const ushort NotFound = 404;

    public async Task<IReadOnlyDictionary<string, long>> GetAsync(
        IReadOnlyCollection<string> queues, CancellationToken cancellationToken) =>
        (await InspectAsync(
            queues, cancellationToken)).ToDictionary(queue => queue.Key, queue => queue.Value.Ready, StringComparer.Ordinal);

    public async Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(
        IReadOnlyCollection<string> queues, CancellationToken cancellationToken)
    {
        var depths = new Dictionary<string, QueueState>(StringComparer.Ordinal);
        try
        {
            var waiting = new Queue<string>(queues);
            while (waiting.Count > 0)
            {
                await using var channel = await connection.OpenChannelAsync(cancellationToken);
                await ReadAsync(channel, waiting, depths, cancellationToken);
            }
        }
        catch (Exception e) when (e is not IOException && !cancellationToken.IsCancellationRequested)
        {
            // The client throws its own cancellation if the broker does not answer, and other exceptions if its connection breaks.
            throw new IOException($"The depths of {queues.Count} queues could not be read from RabbitMQ at {broker}: {e.Message}", e);
        }

        return depths;
    }

    /// <summary>Reads the queues one by one until the first that does not exist, after which the broker closes the channel.</summary>
    private static async Task ReadAsync(
        IChannel channel, Queue<string> waiting, Dictionary<string, QueueState> depths, CancellationToken cancellationToken)
    {
        while (waiting.TryDequeue(out var queue))
        {
            try
            {
                var declared = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                depths[queue] = new(declared.MessageCount, (int)declared.ConsumerCount);
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
            {
                return;
            }
        }
    }
}
