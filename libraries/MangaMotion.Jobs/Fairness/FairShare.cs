using System.Collections.Concurrent;
using Npgsql;

namespace MangaMotion.Jobs.Fairness;

/// <summary>
/// Decides to which queue of its lane a job's message goes: a holder's first <see cref="Size"/> waiting jobs to the front queue, the rest
/// to the bulk queue, from which a worker takes messages only if the front queue leaves places free. A few jobs of one holder never
/// wait for many of another. The holder of a job is its owner; that of a part is its whole, so each video has a share of its own.
/// </summary>
public sealed class FairShare(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Jobs of one holder that may wait in the front queue of a lane. Held by <c>bench fairness</c>.</summary>
    internal const int Size = 16;

    /// <summary>How long the counted share of a holder is reused, so that many single jobs cost few counts.</summary>
    private static readonly TimeSpan CountLifetime = TimeSpan.FromMilliseconds(50);

    private const int KnownHolders = 10_000;

    private const string CountSql =
        """
        select count(*) from (
          select from jobs
          where type = @type and lane = @lane and bulk in (false, true) and coalesce(owner_id, parent_id) = @holder and status = 'UPLOADED'
          limit @limit) waiting
        """;

    private readonly ConcurrentDictionary<(string Type, Lane Lane, Guid Holder), Known> _known = new();

    /// <summary>Returns how many of a holder's new jobs may go to the front queue, counted from the first.</summary>
    /// <param name="holderId">
    /// Owner of the jobs, or whole of the parts; null for the installation's own jobs, which all go to the front queue.
    /// </param>
    /// <param name="count">Number of new jobs.</param>
    /// <param name="connection">
    /// Connection of the caller's transaction, or null. A caller that holds a connection must pass it: requests that wait for a second
    /// connection while they hold a first block each other when the pool is empty.
    /// </param>
    internal async ValueTask<int> AdmitAsync(
        JobType type, Lane lane, Guid? holderId, int count, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        if (!type.HasBulk || holderId is not { } holder)
            return count;
        var known = _known.GetOrAdd((type.Name, lane, holder), _ => new Known());
        if (known.TryAdmit(count, time.GetUtcNow(), out var admitted))
            return admitted;

        var waiting = await CountAsync(type, lane, holder, connection, cancellationToken);
        if (_known.Count > KnownHolders)
            _known.Clear();
        return known.Admit(waiting, count, time.GetUtcNow() + CountLifetime);
    }

    private async Task<int> CountAsync(
        JobType type, Lane lane, Guid holder, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        await using var command = connection is null ? database.CreateCommand(CountSql) : new NpgsqlCommand(CountSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string>("type", type.Name));
        command.Parameters.Add(new NpgsqlParameter<string>("lane", lane.Name()));
        command.Parameters.Add(new NpgsqlParameter<Guid>("holder", holder));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", Size));
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Waiting jobs of a holder: the last count plus the jobs that this process has accepted since.</summary>
    private sealed class Known
    {
        private readonly Lock _lock = new();
        private int _waiting = Size;
        private DateTimeOffset _countedUntil;

        public bool TryAdmit(int count, DateTimeOffset now, out int admitted)
        {
            lock (_lock)
            {
                admitted = Math.Clamp(Size - _waiting, 0, count);
                if (admitted < count && now >= _countedUntil)
                    return false;
                _waiting = Math.Min(_waiting + count, Size);
                return true;
            }
        }

        public int Admit(int waiting, int count, DateTimeOffset countedUntil)
        {
            lock (_lock)
            {
                _waiting = Math.Min(waiting + count, Size);
                _countedUntil = countedUntil;
                return Math.Clamp(Size - waiting, 0, count);
            }
        }
    }
}
