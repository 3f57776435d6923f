using System.Diagnostics;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs.Notices;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// Callers that wait for the end of an ingest (<c>Prefer: wait=N</c>). A row in <c>ingest_waits</c> has the database notify the channel
/// <c>ingest_job_ended</c> of each ended job of that ingest, and of no other.
/// </summary>
public sealed class IngestWaits(IngestStatusQuery statuses, NpgsqlDataSource database)
{
    private const string InsertSql =
        """
        insert into ingest_waits as known (ingest_id, wait_until) values (@ingest, clock_timestamp() + @wait)
        on conflict (ingest_id) do update set wait_until = greatest(known.wait_until, excluded.wait_until)
        """;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<WakeSignal>> _signals = [];

    public static NoticeHandler CreateHandler(IngestWaits waits) => new("ingest_job_ended", waits.Wake);

    /// <summary>Creates the insert for the transaction that accepts the ingest, so that no end is missed.</summary>
    public static NpgsqlBatchCommand CreateInsert(Guid ingestId, TimeSpan wait) =>
        new(InsertSql) { Parameters = { new("ingest", ingestId), new("wait", wait) } };

    /// <summary>Inserts the row of an ingest that was accepted before, perhaps by a caller that did not wait.</summary>
    public async Task AddAsync(Guid ingestId, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(InsertSql);
        command.Parameters.AddAll(new("ingest", ingestId), new("wait", wait));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Waits until the ingest has ended.</summary>
    /// <param name="wait">Longest wait. The status is read once more after it, since a notification may be lost with a connection.</param>
    /// <returns>True if the ingest has ended.</returns>
    public async Task<bool> WaitForEndAsync(Guid ingestId, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (signal, started) = (new WakeSignal(), Stopwatch.GetTimestamp());
        Add(ingestId, signal);
        try
        {
            while (!await statuses.IsFinishedAsync(ingestId, cancellationToken))
            {
                var left = wait - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    return false;
                await signal.WaitAsync(left, cancellationToken);
            }

            return true;
        }
        finally
        {
            Remove(ingestId, signal);
        }
    }

    private void Wake(string ingestId)
    {
        lock (_lock)
        {
            foreach (var signal in _signals.GetValueOrDefault(Guid.Parse(ingestId)) ?? [])
                signal.Set();
        }
    }

    private void Add(Guid ingestId, WakeSignal signal)
    {
        lock (_lock)
        {
            if (!_signals.TryGetValue(ingestId, out var signals))
                _signals.Add(ingestId, signals = []);
            signals.Add(signal);
        }
    }

    private void Remove(Guid ingestId, WakeSignal signal)
    {
        lock (_lock)
        {
            if (_signals[ingestId].Remove(signal) && _signals[ingestId].Count == 0)
                _signals.Remove(ingestId);
        }
    }
}
