using MangaMotion.Jobs.Reconciling;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Asks by passive declare: the broker answers from the queue itself, where its statistics lag by seconds.</summary>
internal sealed class QueueDepths(BrokerConnection connection, BrokerAddress broker) : IQueueDepths
{
    private const ushort NotFound = 404;

    public async Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken) =>
        (await InspectAsync(queues, cancellationToken)).ToDictionary(queue => queue.Key, queue => queue.Value.Ready, StringComparer.Ordinal);

    public async Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken)
    {
        var depths = new Dictionary<string, QueueState>(StringComparer.Ordinal);
        try
        {
            var waiting = new Queue<string>(queues);
            while (waiting.Count > 0)
            {
                await using var channel = await connection.OpenChannelAsync(cancellationToken);
                await AskAsync(channel, waiting, depths, cancellationToken);
            }
        }
        catch (Exception e) when (e is not IOException && !cancellationToken.IsCancellationRequested)
        {
            // The client gives up with a cancellation of its own when the broker is silent, and with others when its connection breaks.
            throw new IOException($"RabbitMQ at {broker} did not tell the depths of {queues.Count} queues: {e.Message}", e);
        }

        return depths;
    }

    /// <summary>Takes from the queue what has been asked; a name that does not exist ends the channel, and so the round.</summary>
    private static async Task AskAsync(IChannel channel, Queue<string> waiting, Dictionary<string, QueueState> depths, CancellationToken cancellationToken)
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
