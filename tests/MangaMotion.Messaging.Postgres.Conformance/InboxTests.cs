using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed class InboxTests(TestStack stack)
{
    [Fact]
    public async Task A_message_delivered_many_times_at_once_has_one_effect()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var first = await servers.StartEffectNodeAsync(journal);
        await servers.StartEffectNodeAsync(new Journal<EffectWritten>());
        var ids = Enumerable.Range(0, 20).Select(_ => NewId.NextGuid()).ToArray();
        var endpoint = await first.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{Node.EffectQueue}"));

        await Task.WhenAll(Enumerable.Range(0, 8).SelectMany(_ => ids.Select(id =>
            endpoint.Send(new WriteEffect { Id = id }, context => context.MessageId = id))));

        await Eventually.Until(async () => await servers.CountAsync("inbox") == ids.Length);
        // Delivers every message again after all effects.
        foreach (var id in ids)
            await endpoint.Send(new WriteEffect { Id = id }, context => context.MessageId = id);
        var last = NewId.NextGuid();
        await endpoint.Send(new WriteEffect { Id = last });
        await Eventually.Until(async () => await servers.CountAsync($"effects WHERE id = '{last}'") == 1);

        (await servers.CountAsync("effects")).ShouldBe(ids.Length + 1);
        (await servers.CountAsync("(SELECT DISTINCT id FROM effects) e")).ShouldBe(ids.Length + 1);
    }

    [Fact]
    public async Task Old_rows_are_deleted_in_batches_and_recent_ones_stay()
    {
        await using var servers = await Servers.CreateAsync(stack);
        await servers.ExecuteAsync(
            "INSERT INTO inbox SELECT gen_random_uuid(), gen_random_uuid(), now() - interval '2 hours' FROM generate_series(1, 2500)");
        await servers.ExecuteAsync("INSERT INTO inbox SELECT gen_random_uuid(), gen_random_uuid(), now() FROM generate_series(1, 10)");
        await servers.StartNodeAsync(outbox: o => o.DuplicateDetectionWindow = TimeSpan.FromHours(1));
        await Eventually.Until(async () => await servers.CountAsync("inbox") == 10);
    }
}
