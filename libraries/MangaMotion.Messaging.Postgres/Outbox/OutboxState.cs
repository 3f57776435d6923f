using System.Data;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Messages that are due and not confirmed by the broker.</summary>
/// <param name="Depth">Number of messages.</param>
/// <param name="Lag">Seconds since the oldest became due; 0 without messages.</param>
public sealed record OutboxState(long Depth, double Lag)
{
    private const string Sql =
        """
        select count(*) as depth, coalesce(extract(epoch from now() - min(not_before)), 0)::float8 as lag
        from outbox where not_before <= now()
        """;

    /// <summary>Counts the messages. The cost grows with their number.</summary>
    public static async Task<OutboxState> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetInt64("depth"), row.GetDouble("lag"));
    }
}
