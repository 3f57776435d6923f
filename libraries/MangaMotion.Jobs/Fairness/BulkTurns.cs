using System.Data;
using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres;
using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Fairness;

/// <summary>
/// Gives holders (<see cref="FairShare"/>) that wait in bulk their turns: while several wait in a lane, a few of the oldest jobs of each
/// get a message in the front queue. The message left in the bulk queue later finds its job finished and is dropped. A turn that is missed
/// or given twice changes the order and nothing else.
/// </summary>
internal sealed class BulkTurns(NpgsqlDataSource database, IOutbox outbox, JobTypes types, ILogger<BulkTurns> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // Jobs of a turn, aimed at what runs in one interval: doubled while all of them ran, halved while most are left.
    private const int SmallestTurn = 4;
    private const int LargestTurn = 512;

    private const string LockSql = "select pg_try_advisory_xact_lock(hashtext('mangamotion.bulk-turns.' || @queue))";

    // Walks the holders by the index instead of reading all waiting jobs. Fires jobs_counted_update, which finds no change of a status.
    private const string TurnSql =
        """
        with recursive waiting as not materialized (
          select id, bulk, coalesce(owner_id, parent_id) as holder, not_before from jobs
          where type = @type and lane = @lane and status = 'UPLOADED' and coalesce(owner_id, parent_id) is not null),
        holders (holder) as (
          (select holder from waiting where bulk order by holder limit 1)
          union all
          select (select w.holder from waiting w where w.bulk and w.holder > h.holder order by w.holder limit 1)
          from holders h where h.holder is not null),
        need as (
          select h.holder, @turn - (select count(*) from (
            select from waiting w where not w.bulk and w.holder = h.holder limit @turn) front) as jobs
          from holders h where h.holder is not null
            and ((select count(*) from holders) > 2 or exists (
              select from waiting w where not w.bulk and w.holder <> h.holder))),
        turn as (
          select oldest.id from need, lateral (
            select j.id from jobs j
            where j.type = @type and j.lane = @lane and j.bulk and coalesce(j.owner_id, j.parent_id) = need.holder
              and j.status = 'UPLOADED' and (j.not_before is null or j.not_before <= clock_timestamp())
            order by j.id limit need.jobs for update skip locked) oldest)
        update jobs set bulk = false from turn where jobs.id = turn.id
        returning jobs.id, jobs.input::text as input, (select count(*) from need) as holders
        """;

    private readonly WakeSignal _signal = new();
    private readonly Dictionary<(string Type, Lane Lane), int> _turns = [];
    private int _waiting;

    /// <summary>Registers a message of a bulk queue that waits for a place.</summary>
    public void BulkArrived()
    {
        Interlocked.Increment(ref _waiting);
        _signal.Set();
    }

    /// <summary>Ends the registration by <see cref="BulkArrived"/>.</summary>
    public void BulkLeft() => Interlocked.Decrement(ref _waiting);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // If the front queue never drains, no further bulk message arrives to wake this loop, so it polls while one waits.
                await _signal.WaitAsync(Volatile.Read(ref _waiting) > 0 ? LongestWait : Timeout.InfiniteTimeSpan, stoppingToken);
                foreach (var type in types.All.Where(type => type.HasBulk))
                {
                    foreach (var lane in Lanes.All)
                        await TryGiveTurnsAsync(type, lane, stoppingToken);
                }

                await Task.Delay(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task TryGiveTurnsAsync(JobType type, Lane lane, CancellationToken cancellationToken)
    {
        try
        {
            await GiveTurnsAsync(type, lane, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.Log(
                DatabaseOutage.LevelOf(exception), exception,
                "Bulk turns of queue {Queue} were not given. Retrying with the next message.", type.QueueName(lane));
        }
    }

    private async Task GiveTurnsAsync(JobType type, Lane lane, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One worker at a time gives turns; two would double them.
        await using (var claim = new NpgsqlCommand(LockSql, connection))
        {
            claim.Parameters.Add(new NpgsqlParameter<string>("queue", type.QueueName(lane)));
            if (!(bool)(await claim.ExecuteScalarAsync(cancellationToken))!)
                return;
        }

        var messages = await MoveNextJobsAsync(connection, type, lane, cancellationToken);
        if (messages.Count == 0)
            return;
        await using (var batch = new NpgsqlBatch(connection))
        {
            outbox.AppendInsert(batch, messages);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Committed(messages);
    }

    private async Task<List<OutboxMessage>> MoveNextJobsAsync(
        NpgsqlConnection connection, JobType type, Lane lane, CancellationToken cancellationToken)
    {
        var turn = _turns.GetValueOrDefault((type.Name, lane), FairShare.Size);
        var jobs = new List<(Guid Id, string Input)>();
        var holders = 0L;
        await using (var command = new NpgsqlCommand(TurnSql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string>("type", type.Name), new NpgsqlParameter<string>("lane", lane.Name()),
                new NpgsqlParameter<int>("turn", turn),
            },
        })
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                jobs.Add((row.GetGuid("id"), row.GetString("input")));
                holders = row.GetInt64("holders");
            }
        }

        if (jobs.Count > 0)
            _turns[(type.Name, lane)] = AdaptTurn(turn, jobs.Count, holders * turn);
        var messages = new List<OutboxMessage>(jobs.Count);
        foreach (var (id, input) in jobs)
            messages.Add(await type.PrepareAsync(outbox, id, lane, bulk: false, input, notBefore: null, cancellationToken));
        return messages;
    }

    private static int AdaptTurn(int turn, int used, long offered)
    {
        if (used == offered)
            return Math.Min(turn * 2, LargestTurn);
        return used < offered / 2 ? Math.Max(turn / 2, SmallestTurn) : turn;
    }
}
