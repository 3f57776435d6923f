using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>How many messages wait in queues.</summary>
public interface IQueueDepths
{
    /// <summary>
    /// The ready messages (those not delivered to a consumer yet) of each queue. A queue that does not exist is not in the answer.
    /// </summary>
    /// <exception cref="BrokerUnreachableException">The broker is away.</exception>
    /// <exception cref="OperationInterruptedException">The broker went away in the middle, or refused.</exception>
    Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken);
}

/// <summary>Asks by passive declare: the broker answers from the queue itself, where its statistics lag by seconds.</summary>
internal sealed class QueueDepths(BrokerConnection connection) : IQueueDepths
{
    private const ushort NotFound = 404;

    public async Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken)
    {
        var depths = new Dictionary<string, long>(StringComparer.Ordinal);
        var channel = await connection.OpenChannelAsync(cancellationToken);
        try
        {
            foreach (var queue in queues)
            {
                try
                {
                    var answer = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                    depths[queue] = answer.MessageCount;
                }
                catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
                {
                    // The broker closes the channel on this answer.
                    await channel.DisposeAsync();
                    channel = await connection.OpenChannelAsync(cancellationToken);
                }
            }
        }
        finally
        {
            await channel.DisposeAsync();
        }

        return depths;
    }
}
