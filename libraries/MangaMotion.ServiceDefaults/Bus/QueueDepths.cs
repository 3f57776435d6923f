using MangaMotion.Jobs.Reconciling;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Bus;

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
        catch (OperationInterruptedException e)
        {
            throw new IOException($"RabbitMQ went away while it was asked for the depth of {queues.Count} queues: {e.Message}", e);
        }
        finally
        {
            await channel.DisposeAsync();
        }

        return depths;
    }
}
