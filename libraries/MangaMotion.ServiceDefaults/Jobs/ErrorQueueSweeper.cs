using System.Text;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Notices;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Running;
using MangaMotion.Messaging.Postgres;
using MangaMotion.ServiceDefaults.Bus;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Removes copies of closed dead letters and second copies from the error queues, so that the depth of an error queue is its number of open
/// dead letters. Messages without the id of a dead letter (malformed ones) stay for the operator.
/// </summary>
internal sealed class ErrorQueueSweeper(
    BrokerConnection broker, IQueueDepths depths, DeadLetters deadLetters, NpgsqlDataSource database, JobTypes types,
    ErrorQueueSweeper.Signal signal, ILogger<ErrorQueueSweeper> logger)
    : BackgroundService
{
    // Time between two passes without a notification, for missed notifications and late copies.
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromMinutes(1);

    // Replays come in bursts, and one pass serves a burst. Later passes find copies that the outbox had not delivered at the first, or that
    // an operator's client held.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    // Surplus messages that a pass has read and left in their queue. They cause no further pass.
    private readonly Dictionary<string, long> _skipped = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var queues = types.All.SelectMany(type => Lanes.All.Select(lane => Lanes.ErrorQueueName(type.QueueName(lane)))).ToArray();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await signal.WaitAsync(SafetyInterval, stoppingToken);
                foreach (var pause in Pauses)
                {
                    await Task.Delay(pause, stoppingToken);
                    foreach (var (queue, depth) in await depths.GetAsync(queues, stoppingToken))
                        await SweepAsync(queue, depth, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The service stops.
            }
            catch (Exception exception)
            {
                // RabbitMQ.Client throws its own cancellation if the broker does not answer.
                var isOutage = exception is IOException or OperationInterruptedException or OperationCanceledException or NpgsqlException;
                logger.Log(isOutage ? LogLevel.Debug : LogLevel.Warning, exception, "Error queues not swept. Retrying.");
            }
        }
    }

    private async Task SweepAsync(string queue, long depth, CancellationToken cancellationToken)
    {
        var open = await deadLetters.CountOpenAsync(queue, cancellationToken);
        var surplus = depth - open;
        if (surplus <= 0)
            _skipped.Remove(queue);
        if (surplus <= 0 || _skipped.GetValueOrDefault(queue) == surplus)
            return;

        // One sweeper at a time: two would each read half of the queue and requeue it behind the other.
        long? left = await database.RunExclusivelyAsync<long?>(
            "error-queue-sweeper", async token => await RemoveClosedAsync(queue, token), cancellationToken);
        if (left is not null)
            _skipped[queue] = left.Value - open;
    }

    /// <returns>Number of messages that were read and left, without those that another client held.</returns>
    private async Task<long> RemoveClosedAsync(string queue, CancellationToken cancellationToken)
    {
        // Messages without an acknowledgement are requeued when the channel closes.
        await using var channel = await broker.OpenChannelAsync(cancellationToken);
        var copies = new List<(ulong Tag, Guid DeadLetter)>();
        var read = 0;
        while (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is { } message)
        {
            read++;
            if (ReadDeadLetterId(message) is { } id)
                copies.Add((message.DeliveryTag, id));
        }

        var open = await deadLetters.FindOpenAsync(copies.ConvertAll(copy => copy.DeadLetter), cancellationToken);
        var removed = 0;
        foreach (var (tag, id) in copies)
        {
            // The first copy of an open dead letter stays.
            if (open.Remove(id))
                continue;
            await channel.BasicAckAsync(tag, multiple: false, cancellationToken);
            removed++;
        }

        await channel.CloseAsync(cancellationToken);
        if (removed > 0)
            logger.LogInformation("Removed {Count} copies of closed dead letters from {Queue}.", removed, queue);
        return read - removed;
    }

    private static Guid? ReadDeadLetterId(BasicGetResult message) =>
        message.BasicProperties.Headers?.TryGetValue(DeadLetterHeaders.Id, out var value) == true
            && Guid.TryParse(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value as string, out var id)
            ? id
            : null;

    /// <summary>Signal that is set when dead letters are closed.</summary>
    internal sealed class Signal() : NoticeSignal(DeadLetters.ClosedChannel);
}
