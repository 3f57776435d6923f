using System.Data;
using Npgsql;

namespace MangaMotion.Jobs.Replays;

/// <summary>Queries open dead letters: their job is <c>FAILED</c> and their message belongs in the error queue.</summary>
public sealed class DeadLetters(NpgsqlDataSource database)
{
    /// <summary>Channel on which the database notifies of closed dead letters; the payload is the error queue.</summary>
    public const string ClosedChannel = "dead_letter_closed";

    private const string CountSql = "select count(*) from failed_jobs where error_queue = @error_queue and resolved_at is null";

    private const string FindSql = "select id from failed_jobs where id = any(@ids) and resolved_at is null";

    /// <summary>Counts the open dead letters of an error queue.</summary>
    public async Task<long> CountOpenAsync(string errorQueue, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountSql);
        command.Parameters.Add(new NpgsqlParameter<string>("error_queue", errorQueue));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Returns those of the ids whose dead letter is open.</summary>
    public async Task<HashSet<Guid>> FindOpenAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. ids]));
        var open = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            open.Add(row.GetGuid("id"));
        return open;
    }
}
