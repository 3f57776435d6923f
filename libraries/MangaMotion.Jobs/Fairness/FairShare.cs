using System.Collections.Concurrent;
using Npgsql;

namespace MangaMotion.Jobs.Fairness;

/// <summary>
/// Decides which queue of its lane a job's message goes to: an owner's first few waiting jobs to the front queue, the rest to
/// the bulk queue behind it, from which a worker takes only what the front leaves free. So nobody's few wait for anybody's many.
/// </summary>
public sealed class FairShare(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Jobs of one owner that may wait in the front queue of a lane.</summary>
    internal const int Size = 16;

    /// <summary>For so long an owner known to have its share is not counted again: a crowd of single jobs costs a few counts.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromMilliseconds(50);

    private const int KnownOwners = 10_000;

    private const string CountSql =
        """
        select count(*) from (
          select from jobs where type = $1 and lane = $2 and bulk in (false, true) and owner_id = $3 and status = 'UPLOADED' limit $4) waiting
        """;

    private readonly ConcurrentDictionary<(string Type, Lane Lane, Guid Owner), Known> _known = new();

    /// <summary>Of so many new jobs of an owner, how many may go to the front queue; the first ones, so that their order stays.</summary>
    /// <param name="ownerId">Jobs without one are the installation's own, and not held back.</param>
    /// <param name="connection">Of the caller's transaction, where there is one: to wait for a second connection while one holds a first is a deadlock as soon as all do.</param>
    internal async ValueTask<int> AdmitAsync(JobType type, Lane lane, Guid? ownerId, int count, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        if (!type.HasBulk || ownerId is not { } owner)
            return count;
        var known = _known.GetOrAdd((type.Name, lane, owner), _ => new Known());
        if (known.TryAdmit(count, time.GetUtcNow(), out var admitted))
            return admitted;

        var waiting = await CountAsync(type, lane, owner, connection, cancellationToken);
        if (_known.Count > KnownOwners)
            _known.Clear();
        return known.Admit(waiting, count, time.GetUtcNow() + Trust);
    }

    private async Task<int> CountAsync(JobType type, Lane lane, Guid owner, NpgsqlConnection? connection, CancellationToken cancellationToken)
    {
        await using var command = connection is null ? database.CreateCommand(CountSql) : new NpgsqlCommand(CountSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = lane.Name() });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = owner });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Size });
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What this process knows of an owner's waiting jobs: those counted last and those accepted since, so never too few of its own.</summary>
    private sealed class Known
    {
        private readonly Lock _lock = new();
        private int _waiting = Size;
        private DateTimeOffset _trusted;

        public bool TryAdmit(int count, DateTimeOffset now, out int admitted)
        {
            lock (_lock)
            {
                admitted = Math.Clamp(Size - _waiting, 0, count);
                if (admitted < count && now >= _trusted)
                    return false;
                _waiting = Math.Min(_waiting + count, Size);
                return true;
            }
        }

        public int Admit(int waiting, int count, DateTimeOffset trusted)
        {
            lock (_lock)
            {
                _waiting = Math.Min(waiting + count, Size);
                _trusted = trusted;
                return Math.Clamp(Size - waiting, 0, count);
            }
        }
    }
}
