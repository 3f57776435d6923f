using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using Npgsql;

namespace MangaMotion.Messaging.Postgres.Victim;

/// <summary>Consumer that inserts a row without a key, so a repeated effect shows as two rows.</summary>
public sealed class WriteEffectConsumer(IPostgresSession session) : IConsumer<WriteEffect>
{
    public const string Table = "CREATE TABLE effects (id uuid NOT NULL)";

    public async Task Consume(ConsumeContext<WriteEffect> context)
    {
        var connection = await session.OpenAsync(context.CancellationToken);
        await using var command = new NpgsqlCommand("INSERT INTO effects VALUES ($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = context.Message.Id });
        await command.ExecuteNonQueryAsync(context.CancellationToken);
        await context.Publish(new EffectWritten { Id = context.Message.Id });
    }
}
