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
/// Takes the copies of dead letters that are closed, and second copies, out of the error queues, so that their depth is the
/// number of open dead letters. Messages without a dead letter's id (malformed ones) are left for the operator.
/// </summary>
internal sealed class ErrorQueueSweeper(
    BrokerConnection broker, IQueueDepths depths, DeadLetters deadLetters, NpgsqlDataSource database, JobTypes types, ErrorQueueSweeper.Signal signal,
    ILogger<ErrorQueueSweeper> logger)
    : BackgroundService
{
    // Finds what a missed notice or a late copy left behind.
    private static readonly TimeSpan SafetyInterval = TimeSpan.FromMinutes(1);

    // Replays come in bursts, and a pass serves them all; the later ones find what the outbox had not delivered yet, or an
    // operator held in hand, at the first.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    // The messages too many that a pass has seen and left where they were: no reason for another one.
    private readonly Dictionary<string, long> _leftAlone = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var queues = types.All.SelectMany(type => Lanes.All.Select(lane => $"{type.QueueName(lane)}_error")).ToArray();
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
                // A broker that is silent makes its client cancel by itself.
                var isOutage = exception is IOException or OperationInterruptedException or OperationCanceledException or NpgsqlException;
                logger.Log(isOutage ? LogLevel.Debug : LogLevel.Warning, exception, "Error queues were not swept");
            }
        }
    }

    private async Task SweepAsync(string queue, long depth, CancellationToken cancellationToken)
    {
        var open = await deadLetters.CountOpenAsync(queue, cancellationToken);
        var surplus = depth - open;
        if (surplus <= 0)
            _leftAlone.Remove(queue);
        if (surplus <= 0 || _leftAlone.GetValueOrDefault(queue) == surplus)
            return;

        // One sweeper at a time: two would each see half of the queue and put it back in the other's way.
        long? left = await database.RunExclusivelyAsync<long?>(
            "error-queue-sweeper", async token => await TakeClosedAsync(queue, token), cancellationToken);
        if (left is not null)
            _leftAlone[queue] = left.Value - open;
    }

    /// <returns>How many messages were seen and left; not those that somebody else had in hand.</returns>
    private async Task<long> TakeClosedAsync(string queue, CancellationToken cancellationToken)
    {
        // What is not acknowledged goes back when the channel closes.
        await using var channel = await broker.OpenChannelAsync(cancellationToken);
        var copies = new List<(ulong Tag, Guid DeadLetter)>();
        var seen = 0;
        while (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is { } message)
        {
            seen++;
            if (DeadLetterOf(message) is { } id)
                copies.Add((message.DeliveryTag, id));
        }

        var wanted = await deadLetters.FindOpenAsync(copies.ConvertAll(copy => copy.DeadLetter), cancellationToken);
        var taken = 0;
        foreach (var (tag, id) in copies)
        {
            // The first copy of an open one stays.
            if (wanted.Remove(id))
                continue;
            await channel.BasicAckAsync(tag, multiple: false, cancellationToken);
            taken++;
        }

        await channel.CloseAsync(cancellationToken);
        if (taken > 0)
            logger.LogInformation("Took {Count} messages out of {Queue}: their jobs are not failed any more", taken, queue);
        return seen - taken;
    }

    private static Guid? DeadLetterOf(BasicGetResult message) =>
        message.BasicProperties.Headers?.TryGetValue(DeadLetterHeaders.Id, out var value) == true
            && Guid.TryParse(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value as string, out var id)
            ? id
            : null;

    /// <summary>Set when dead letters were closed.</summary>
    internal sealed class Signal() : NoticeSignal(DeadLetters.ClosedChannel);
}
