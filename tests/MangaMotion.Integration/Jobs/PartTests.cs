using MangaMotion.Jobs;
using MangaMotion.Jobs.Parts;
using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.Integration.Jobs;

public sealed class PartTests(TestStack stack) : IAsyncLifetime
{
    private JobWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await JobWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Parts_added_again_are_locked_in_the_order_of_heartbeats_and_sent_in_the_given_order()
    {
        await _world.StartAcceptorAsync();
        var whole = await _world.AcceptAsync(notBefore: DateTimeOffset.UtcNow.AddHours(1));
        Guid[] ids =
        [
            Guid.Parse("30000000-0000-0000-0000-000000000000"), Guid.Parse("10000000-0000-0000-0000-000000000000"),
            Guid.Parse("20000000-0000-0000-0000-000000000000"),
        ];
        await _world.ExecuteAsync(
            "insert into jobs (id, parent_id, type, status, finished_at, max_attempts, input) "
                + "select id, $2, 'probe', 'CANCELED', now(), 3, '{}' from unnest($1) id", ids, whole);

        // Locks as a heartbeat does: the part with the smallest id first, then the others.
        await using var connection = await _world.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await LockAsync(ids[1]);
        var adding = AddAsync();
        await Eventually.Until(async () => await _world.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 1);
        await LockAsync(ids[2]);
        await LockAsync(ids[0]);
        await transaction.CommitAsync();
        await adding;

        // Their queue does not exist, so the messages wait.
        (await _world.ScalarAsync<string[]>(
            "select array_agg(convert_from(body, 'UTF8')::json -> 'message' ->> 'jobId' order by seq) from outbox "
                + "where destination like '%probe' and not_before < now() + interval '30 minutes'"))
            .ShouldBe(ids.Select(id => id.ToString()));

        async Task LockAsync(Guid id)
        {
            await using var command = new NpgsqlCommand("select from jobs where id = $1 for update", connection, transaction)
            {
                Parameters = { new() { Value = id } },
            };
            await command.ExecuteNonQueryAsync();
        }

        async Task AddAsync()
        {
            await using var scope = _world.Services.CreateAsyncScope();
            var session = scope.ServiceProvider.GetRequiredService<IPostgresSession>();
            await scope.ServiceProvider.GetRequiredService<JobParts>().AddAsync(
                session, whole, Probe.Type, Lane.Normal,
                Array.ConvertAll(ids, id => new NewPart<Probe>(id, new Probe { JobId = id }, "{}")), default);
            await session.CommitAsync(default);
        }
    }
}
