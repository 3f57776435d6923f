using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Notices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Pausing;

/// <summary>
/// Which queues are paused. The table is the truth; a notice tells of a change at once, and a look from time to time finds
/// what was missed while the database was away.
/// </summary>
public sealed class QueuePauses(NpgsqlDataSource database, ILogger<QueuePauses> logger) : BackgroundService
{
    internal const string Channel = "queue_paused";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _look = new(0, 1);
    private HashSet<string> _paused = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsPaused(string queue)
    {
        lock (_lock)
            return _paused.Contains(queue);
    }

    /// <summary>Pauses a queue, or lets it go on; twice is once.</summary>
    public async Task SetAsync(string queue, bool paused, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(paused
            ? "insert into paused_queues (queue) values ($1) on conflict do nothing"
            : "delete from paused_queues where queue = $1")
        { Parameters = { new() { Value = queue } } });
        batch.BatchCommands.Add(new($"notify {Channel}"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await LookAsync(cancellationToken);
    }

    /// <summary>Since when each paused queue is.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select queue, paused_at from paused_queues");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var paused = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            paused.Add(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1));
        return paused;
    }

    /// <summary>Returns at once unless the queue is paused, else when it goes on.</summary>
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

    internal static NoticeHandler Handler(QueuePauses pauses) => new(Channel, _ => pauses.LookSoon());

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first message is taken, where the database can be asked.
        await TryLookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await _look.WaitAsync(Interval, stoppingToken);
                await TryLookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    public override void Dispose()
    {
        _look.Dispose();
        base.Dispose();
    }

    private void LookSoon()
    {
        try
        {
            _look.Release();
        }
        catch (SemaphoreFullException)
        {
            // Asked for already.
        }
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Paused is what was paused; the next look comes by itself.
            logger.Log(DatabaseOutage.LevelOf(exception), exception, "Could not ask which queues are paused");
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
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
