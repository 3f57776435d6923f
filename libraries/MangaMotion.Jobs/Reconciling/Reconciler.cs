using System.Data;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Messaging.Postgres;
using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Reconciling;

/// <summary>
/// Publishes the messages of jobs again that wait too long with no message in flight, such as after a purged queue or the loss of the
/// broker's disk. Skips a queue that holds messages, since the job's own may be among them, and a paused queue, whose messages the
/// workers hold. A superfluous message does no harm: a job is claimed once.
/// </summary>
internal sealed class Reconciler(
    NpgsqlDataSource database, IOutbox outbox, JobTypes types, IQueueDepths queues, QueuePauses pauses,
    IOptions<JobsOptions> options, ILogger<Reconciler> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    // updated_at is set to now, so that a job is published again only after another full wait. Locked rows are skipped: they are being
    // claimed, or another reconciler has them. Fires jobs_counted_update, which finds no change of a status.
    private static string StrandedSql(JobType type) =>
        $"""
        with stranded as (
          select id from jobs
          where type = @type and lane = @lane and bulk = @bulk and updated_at < clock_timestamp() - @wait
            and ((status = 'UPLOADED' and (not_before is null or not_before < clock_timestamp() - @wait))
              or (status = 'PROCESSING' and lease_until < clock_timestamp())
              -- The whole of parts has no lease. It is stranded if none of its parts waits or runs, unless it waits for something else.
              or (status = 'PROCESSING' and lease_until is null
                and not exists (select from jobs part where part.parent_id = jobs.id and part.status in ('UPLOADED', 'PROCESSING'))
                and not ({type.WaitsSql})))
          order by updated_at limit @limit for update skip locked)
        update jobs j set updated_at = clock_timestamp() from stranded s where j.id = s.id
        returning j.id, j.input::text as input
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileAfter / 2);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await ReconcileAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    internal async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var lanes = types.All.SelectMany(type => Lanes.All.SelectMany(lane => QueuesOf(type, lane))).ToArray();
        try
        {
            var depths = await queues.GetAsync(
                Array.ConvertAll(lanes, lane => lane.Type.QueueName(lane.Lane, lane.Bulk)), cancellationToken);
            foreach (var (type, lane, bulk) in lanes)
            {
                if (depths.TryGetValue(type.QueueName(lane, bulk), out var ready) && ready == 0 && !pauses.IsPaused(type.QueueName(lane)))
                    await RepublishAsync(type, lane, bulk, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Outages are logged by the watchers of broker and database.
            var level = exception is IOException ? LogLevel.Debug : DatabaseOutage.LevelOf(exception);
            logger.Log(level, exception, "Reconciling stopped early. Retrying in the next round.");
        }
    }

    private static (JobType Type, Lane Lane, bool Bulk)[] QueuesOf(JobType type, Lane lane) =>
        type.HasBulk ? [(type, lane, false), (type, lane, true)] : [(type, lane, false)];

    private async Task RepublishAsync(JobType type, Lane lane, bool bulk, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        var messages = new List<OutboxMessage>();
        foreach (var (id, input) in await FindStrandedAsync(connection, transaction, type, lane, bulk, cancellationToken))
            messages.Add(await type.PrepareAsync(outbox, id, lane, bulk, input, notBefore: null, cancellationToken));
        if (messages.Count == 0)
            return;

        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            outbox.AppendInsert(batch, messages);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
        logger.LogWarning(
            "{Count} jobs waited longer than {Wait} while queue {Queue} was empty. Their messages were published again.",
            messages.Count, options.Value.ReconcileAfter, type.QueueName(lane, bulk));
    }

    private async Task<List<(Guid Id, string Input)>> FindStrandedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, JobType type, Lane lane, bool bulk, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(StrandedSql(type), connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string>("type", type.Name),
                new NpgsqlParameter<string>("lane", lane.Name()),
                new NpgsqlParameter<TimeSpan>("wait", options.Value.ReconcileAfter),
                new NpgsqlParameter<int>("limit", BatchSize),
                new NpgsqlParameter<bool>("bulk", bulk),
            },
        };
        var stranded = new List<(Guid, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            stranded.Add((reader.GetGuid("id"), reader.GetString("input")));
        return stranded;
    }
}
