using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Jobs.Reconciling;

/// <summary>
/// Publishes again what waits too long with no message in flight: after a purged queue or a lost broker disk the rows
/// are still there. A queue that holds messages is left alone, since the job's own may be among them, and one that is paused,
/// since workers hold its messages in hand; a message too many does no harm, for a job is claimed once.
/// </summary>
internal sealed class Reconciler(
    NpgsqlDataSource database, IOutbox outbox, JobTypes types, IQueueDepths queues, QueuePauses pauses, IOptions<JobsOptions> options, ILogger<Reconciler> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    // updated_at is set to now, so that the same job is not published again before the wait is over once more.
    // Locked rows are skipped: they are being claimed, or another service's reconciler has them.
    private const string ForgottenSql =
        """
        with forgotten as (
          select id from jobs
          where type = $1 and lane = $2 and bulk = $5 and updated_at < clock_timestamp() - $3
            and ((status = 'UPLOADED' and (not_before is null or not_before < clock_timestamp() - $3))
              or (status = 'PROCESSING' and lease_until < clock_timestamp())
              -- A whole holds no lease. While parts of it wait or run it is they who are looked after; and one that waits for its
              -- owner's word waits for no message.
              or (status = 'PROCESSING' and lease_until is null
                and not exists (select from jobs part where part.parent_id = jobs.id and part.status in ('UPLOADED', 'PROCESSING'))
                and not exists (select from videos v where v.id = jobs.id and v.state = 'AwaitingApproval' and v.approved_at is null)))
          order by updated_at limit $4 for update skip locked)
        update jobs j set updated_at = clock_timestamp() from forgotten f where j.id = f.id
        returning j.id, j.input::text
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
        var lanes = types.All.SelectMany(type => Lanes.All.SelectMany(lane => Queues(type, lane))).ToArray();
        try
        {
            var depths = await queues.GetAsync(Array.ConvertAll(lanes, lane => lane.Type.QueueName(lane.Lane, lane.Bulk)), cancellationToken);
            foreach (var (type, lane, bulk) in lanes)
            {
                if (depths.TryGetValue(type.QueueName(lane, bulk), out var ready) && ready == 0 && !pauses.IsPaused(type.QueueName(lane)))
                    await RepublishAsync(type, lane, bulk, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The broker's and the database's own watchers tell of an outage; the next round comes by itself.
            logger.Log(exception is IOException ? LogLevel.Debug : DatabaseOutage.LevelOf(exception), exception, "Not all jobs were reconciled");
        }
    }

    private static (JobType Type, Lane Lane, bool Bulk)[] Queues(JobType type, Lane lane) =>
        type.HasBulk ? [(type, lane, false), (type, lane, true)] : [(type, lane, false)];

    private async Task RepublishAsync(JobType type, Lane lane, bool bulk, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        var messages = new List<OutboxMessage>();
        foreach (var (id, input) in await ForgottenAsync(connection, transaction, type, lane, bulk, cancellationToken))
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
        logger.LogWarning("{Count} jobs waited longer than {Wait} with queue {Queue} empty; their messages were made again",
            messages.Count, options.Value.ReconcileAfter, type.QueueName(lane, bulk));
    }

    private async Task<List<(Guid Id, string Input)>> ForgottenAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, JobType type, Lane lane, bool bulk, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ForgottenSql, connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = type.Name },
                new NpgsqlParameter<string> { TypedValue = lane.Name() },
                new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.ReconcileAfter },
                new NpgsqlParameter<int> { TypedValue = BatchSize },
                new NpgsqlParameter<bool> { TypedValue = bulk },
            },
        };
        var forgotten = new List<(Guid, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            forgotten.Add((reader.GetGuid(0), reader.GetString(1)));
        return forgotten;
    }
}
