using System.Data;
using MangaMotion.Jobs.Notices;
using MangaMotion.Messaging.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Pausing;

/// <summary>
/// Knows which queues are paused. The table is the truth. A notification reports each change at once, and a query every 10 s finds the
/// changes that were missed during an outage.
/// </summary>
public sealed class QueuePauses(NpgsqlDataSource database, ILogger<QueuePauses> logger) : BackgroundService
{
    internal const string Channel = "queue_paused";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly WakeSignal _signal = new();
    private HashSet<string> _paused = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsPaused(string queue)
    {
        lock (_lock)
            return _paused.Contains(queue);
    }

    /// <summary>Pauses or resumes a queue. Repeating the call changes nothing.</summary>
    public async Task SetAsync(string queue, bool paused, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(paused
            ? "insert into paused_queues (queue) values (@queue) on conflict do nothing"
            : "delete from paused_queues where queue = @queue")
        { Parameters = { new NpgsqlParameter<string>("queue", queue) } });
        batch.BatchCommands.Add(new($"notify {Channel}"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await RefreshAsync(cancellationToken);
    }

    /// <summary>Returns the paused queues, each with the time of its pause.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select queue, paused_at from paused_queues");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var paused = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            paused.Add(reader.GetString("queue"), reader.GetFieldValue<DateTimeOffset>("paused_at"));
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
                await _signal.WaitAsync(Interval, stoppingToken);
                await TryRefreshAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
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
            logger.Log(DatabaseOutage.LevelOf(exception), exception, "Paused queues could not be read. Retrying in {Interval}.", Interval);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var paused = (await ListAsync(cancellationToken)).Keys.ToHashSet(StringComparer.Ordinal);
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
