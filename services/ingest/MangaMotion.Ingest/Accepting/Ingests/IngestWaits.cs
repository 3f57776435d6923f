using System.Threading.Channels;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Jobs.Notices;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// Callers that wait for the end of an ingest (<c>Prefer: wait=N</c>). A row tells the database that somebody waits; it then
/// notifies of each job of that ingest that ends, and of no other.
/// </summary>
public sealed class IngestWaits(IngestStatusQuery statuses, NpgsqlDataSource database)
{
    private const string Sql =
        """
        insert into ingest_waits as known (ingest_id, wait_until) values ($1, clock_timestamp() + $2)
        on conflict (ingest_id) do update set wait_until = greatest(known.wait_until, excluded.wait_until)
        """;

    // A bell for each caller; it rings once, however often it is rung before it is heard.
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Channel<bool>>> _bells = [];

    public static NoticeHandler Handler(IngestWaits waits) => new("ingest_job_ended", waits.Ring);

    /// <summary>For the transaction that accepts the ingest, so that no end can come before it.</summary>
    public static NpgsqlBatchCommand Row(Guid ingestId, TimeSpan wait) =>
        new(Sql) { Parameters = { new() { Value = ingestId }, new() { Value = wait } } };

    /// <summary>For one that was accepted before, perhaps by a caller that did not wait.</summary>
    public async Task AddAsync(Guid ingestId, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = ingestId });
        command.Parameters.Add(new() { Value = wait });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Waits until the ingest is finished, so long at most.</summary>
    /// <returns>Whether it is finished.</returns>
    public async Task<bool> UntilFinishedAsync(Guid ingestId, TimeSpan wait, CancellationToken cancellationToken)
    {
        var bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        Add(ingestId, bell);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait);
        try
        {
            while (!await statuses.IsFinishedAsync(ingestId, patience.Token))
                await bell.Reader.ReadAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The last notice may have been lost with a connection.
            return await statuses.IsFinishedAsync(ingestId, cancellationToken);
        }
        finally
        {
            Remove(ingestId, bell);
        }
    }

    private void Ring(string ingestId)
    {
        lock (_lock)
        {
            foreach (var bell in _bells.GetValueOrDefault(Guid.Parse(ingestId)) ?? [])
                bell.Writer.TryWrite(true);
        }
    }

    private void Add(Guid ingestId, Channel<bool> bell)
    {
        lock (_lock)
        {
            if (!_bells.TryGetValue(ingestId, out var bells))
                _bells.Add(ingestId, bells = []);
            bells.Add(bell);
        }
    }

    private void Remove(Guid ingestId, Channel<bool> bell)
    {
        lock (_lock)
        {
            if (_bells[ingestId].Remove(bell) && _bells[ingestId].Count == 0)
                _bells.Remove(ingestId);
        }
    }
}
