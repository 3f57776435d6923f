using Npgsql;

namespace MangaMotion.Jobs.Replays;

/// <summary>Which dead letters are open: their job is FAILED, and their message belongs into the error queue.</summary>
public sealed class DeadLetters(NpgsqlDataSource database)
{
    /// <summary>The channel on which the database tells of dead letters that were closed; the payload is the error queue.</summary>
    public const string ClosedChannel = "dead_letter_closed";

    /// <summary>Open dead letters of an error queue.</summary>
    public async Task<long> CountOpenAsync(string errorQueue, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select count(*) from failed_jobs where error_queue = $1 and resolved_at is null");
        command.Parameters.Add(new() { Value = errorQueue });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Those of the ids that are open.</summary>
    public async Task<HashSet<Guid>> WhichAreOpenAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id from failed_jobs where id = any($1) and resolved_at is null");
        command.Parameters.Add(new() { Value = ids.ToArray() });
        var open = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            open.Add(reader.GetGuid(0));
        return open;
    }
}
