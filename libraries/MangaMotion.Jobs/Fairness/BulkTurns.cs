using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Fairness;

/// <summary>
/// Lets owners who wait in bulk take turns: while several owners wait in a lane, each of them gets a few of its oldest jobs a
/// message in the front queue. What is left in the bulk queue finds its job over and is dropped, so a turn that is not given,
/// or given twice, changes the order and nothing else.
/// </summary>
internal sealed class BulkTurns(NpgsqlDataSource database, IOutbox outbox, JobTypes types, ILogger<BulkTurns> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // A turn is what runs in about one interval: it doubles while all of it is used up, and halves while most is left.
    private const int SmallestTurn = 4;
    private const int LargestTurn = 512;

    private const string TurnSql =
        """
        with recursive owners (owner_id) as (
          (select owner_id from jobs where type = $1 and lane = $2 and bulk and status = 'UPLOADED' and owner_id is not null order by owner_id limit 1)
          union all
          select (select j.owner_id from jobs j where j.type = $1 and j.lane = $2 and j.bulk and j.status = 'UPLOADED' and j.owner_id > o.owner_id
                  order by j.owner_id limit 1)
          from owners o where o.owner_id is not null),
        need as (
          select o.owner_id, $3 - (select count(*) from (
            select from jobs j where j.type = $1 and j.lane = $2 and not j.bulk and j.owner_id = o.owner_id and j.status = 'UPLOADED' limit $3) front) as jobs
          from owners o where o.owner_id is not null
            and ((select count(*) from owners) > 2 or exists (
              select from jobs j where j.type = $1 and j.lane = $2 and not j.bulk and j.status = 'UPLOADED' and j.owner_id <> o.owner_id))),
        turn as (
          select oldest.id from need, lateral (
            select j.id from jobs j
            where j.type = $1 and j.lane = $2 and j.bulk and j.owner_id = need.owner_id and j.status = 'UPLOADED'
              and (j.not_before is null or j.not_before <= clock_timestamp())
            order by j.id limit need.jobs for update skip locked) oldest)
        update jobs set bulk = false from turn where jobs.id = turn.id
        returning jobs.id, jobs.input::text, (select count(*) from need)
        """;

    private readonly WakeSignal _signal = new();
    private readonly Dictionary<(string Type, Lane Lane), int> _turns = [];
    private int _waiting;

    /// <summary>A message of a bulk queue waits for a place: perhaps somebody else waits there too.</summary>
    public void BulkArrived()
    {
        Interlocked.Increment(ref _waiting);
        _signal.Set();
    }

    /// <summary>It waits no longer.</summary>
    public void BulkLeft() => Interlocked.Decrement(ref _waiting);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Where the front is never empty, no other message comes while one waits.
                await _signal.WaitAsync(Volatile.Read(ref _waiting) > 0 ? LongestWait : Timeout.InfiniteTimeSpan, stoppingToken);
                foreach (var type in types.All.Where(type => type.HasBulk))
                {
                    foreach (var lane in Lanes.All)
                        await TryTakeTurnsAsync(type, lane, stoppingToken);
                }

                await Task.Delay(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task TryTakeTurnsAsync(JobType type, Lane lane, CancellationToken cancellationToken)
    {
        try
        {
            await TakeTurnsAsync(type, lane, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.Log(DatabaseOutage.LevelOf(exception), exception, "No turns were given in queue {Queue}", type.QueueName(lane));
        }
    }

    private async Task TakeTurnsAsync(JobType type, Lane lane, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // One worker at a time: two would give each owner two turns.
        await using (var claim = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtext('mangamotion.bulk-turns.' || $1))", connection))
        {
            claim.Parameters.Add(new() { Value = type.QueueName(lane) });
            if (!(bool)(await claim.ExecuteScalarAsync(cancellationToken))!)
                return;
        }

        var messages = await NextAsync(connection, type, lane, cancellationToken);
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

    private async Task<List<OutboxMessage>> NextAsync(NpgsqlConnection connection, JobType type, Lane lane, CancellationToken cancellationToken)
    {
        var turn = _turns.GetValueOrDefault((type.Name, lane), FairShare.Size);
        var jobs = new List<(Guid Id, string Input)>();
        var owners = 0L;
        await using (var command = new NpgsqlCommand(TurnSql, connection) { Parameters = { new() { Value = type.Name }, new() { Value = lane.Name() }, new() { Value = turn } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                jobs.Add((reader.GetGuid(0), reader.GetString(1)));
                owners = reader.GetInt64(2);
            }
        }

        if (jobs.Count > 0)
            _turns[(type.Name, lane)] = jobs.Count == owners * turn ? Math.Min(turn * 2, LargestTurn) : jobs.Count < owners * turn / 2 ? Math.Max(turn / 2, SmallestTurn) : turn;
        var messages = new List<OutboxMessage>(jobs.Count);
        foreach (var (id, input) in jobs)
            messages.Add(await type.PrepareAsync(outbox, id, lane, bulk: false, input, notBefore: null, cancellationToken));
        return messages;
    }
}
