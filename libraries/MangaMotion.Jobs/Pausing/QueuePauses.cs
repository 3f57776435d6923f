using System.Data;
using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Jobs.Pausing;

/// <summary>
/// Knows which queues are paused. The table is the truth. A notification reports each change at once, and a query every 10 s, and at the
/// end of each pause, finds the others.
/// </summary>
public sealed class QueuePauses(NpgsqlDataSource database, ILogger<QueuePauses> logger) : BackgroundService
{
    internal const string Channel = "queue_paused";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>A timer may fire early.</summary>
    private static readonly TimeSpan AfterEnd = TimeSpan.FromMilliseconds(50);

    private const string PauseSql =
        """
        insert into paused_queues as p (queue, reason, ends_at, paused_by)
        select queue, @reason, @ends_at, @paused_by from unnest(@queues) as q (queue) order by queue
        on conflict (queue) do update set reason = excluded.reason, ends_at = excluded.ends_at, paused_by = excluded.paused_by,
          paused_at = case when p.ends_at <= clock_timestamp() then excluded.paused_at else p.paused_at end
        """;

    private readonly Lock _lock = new();
    private readonly WakeSignal _signal = new();
    private TimeSpan _untilNextRound = Interval;
    private HashSet<string> _paused = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsPaused(string queue)
    {
        lock (_lock)
            return _paused.Contains(queue);
    }

    /// <summary>Pauses queues. A queue that is paused keeps the time of its pause and takes the new reason and end.</summary>
    /// <param name="until">Time at which the queues resume by themselves; null: when they are resumed.</param>
    /// <param name="by">Name of the key of the caller.</param>
    public Task PauseAsync(
        IReadOnlyCollection<string> queues, string? reason, DateTimeOffset? until, string? by, CancellationToken cancellationToken) =>
        ChangeAsync(
            new(PauseSql)
            {
                Parameters =
                {
                    new NpgsqlParameter<string[]>("queues", [.. queues]),
                    new NpgsqlParameter("reason", NpgsqlDbType.Text) { Value = (object?)reason ?? DBNull.Value },
                    new NpgsqlParameter("ends_at", NpgsqlDbType.TimestampTz) { Value = (object?)until?.UtcDateTime ?? DBNull.Value },
                    new NpgsqlParameter("paused_by", NpgsqlDbType.Text) { Value = (object?)by ?? DBNull.Value },
                },
            },
            cancellationToken);

    /// <summary>Resumes queues. Queues that are not paused stay as they are.</summary>
    public Task ResumeAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken) => ChangeAsync(
        new("delete from paused_queues where queue = any(@queues)")
        {
            Parameters = { new NpgsqlParameter<string[]>("queues", [.. queues]) },
        },
        cancellationToken);

    /// <summary>Returns the pauses in force by queue.</summary>
    public async Task<IReadOnlyDictionary<string, QueuePause>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select queue, paused_at, reason, ends_at, paused_by, ends_at - clock_timestamp() as time_left from paused_queues
            where ends_at is null or ends_at > clock_timestamp()
            """);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var paused = new Dictionary<string, QueuePause>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
        {
            paused.Add(row.GetString("queue"), new(
                row.GetFieldValue<DateTimeOffset>("paused_at"), GetText(row, "reason"),
                row.GetFieldValue<DateTimeOffset?>("ends_at"), GetText(row, "paused_by"))
            {
                TimeLeft = row.GetFieldValue<TimeSpan?>("time_left"),
            });
        }

        return paused;
    }

    /// <summary>Returns at once for a queue that is not paused, otherwise when it is resumed.</summary>
    internal async Task UntilOpenAsync(string queue, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!_paused.Contains(queue))
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    internal static NoticeHandler CreateHandler(QueuePauses pauses) => new(Channel, _ => pauses._signal.Set());

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Known before the first message arrives, unless the database is unavailable.
        await TryRefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await _signal.WaitAsync(_untilNextRound, stoppingToken);
                await TryRefreshAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private static string? GetText(NpgsqlDataReader row, string column) => row.IsDBNull(column) ? null : row.GetString(column);

    private async Task ChangeAsync(NpgsqlBatchCommand change, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(change);
        batch.BatchCommands.Add(new($"notify {Channel}"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await RefreshAsync(cancellationToken);
    }

    private async Task TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The last known pauses stay in force until the next round.
            _untilNextRound = Interval;
            logger.Log(DatabaseOutage.LevelOf(exception), exception, "Paused queues could not be read. Retrying in {Interval}.", Interval);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var pauses = await ListAsync(cancellationToken);
        var paused = pauses.Keys.ToHashSet(StringComparer.Ordinal);
        // The time left is the database's, so the end does not depend on the clock of this machine.
        _untilNextRound = pauses.Values.Min(pause => pause.TimeLeft) is { } left && left < Interval ? left + AfterEnd : Interval;
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_paused.SetEquals(paused))
                return;
            logger.LogInformation("Paused queues: {Queues}", paused.Count == 0 ? "none" : string.Join(", ", paused));
            _paused = paused;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }
}

/// <summary>A pause of one queue.</summary>
/// <param name="Until">Time at which the queue resumes by itself; null: when it is resumed.</param>
/// <param name="By">Name of the API key that paused it.</param>
public sealed record QueuePause(DateTimeOffset Since, string? Reason, DateTimeOffset? Until, string? By)
{
    /// <summary>Time until <see cref="Until"/> by the clock of the database.</summary>
    internal TimeSpan? TimeLeft { get; init; }
}
