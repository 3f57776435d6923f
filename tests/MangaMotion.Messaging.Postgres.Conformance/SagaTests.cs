using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed class SagaTests(TestStack stack)
{
    private const string Tables =
        """
        CREATE TABLE parcels (id uuid PRIMARY KEY, state text NOT NULL, name text, steps integer NOT NULL, timeout_token uuid);
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_hundred_concurrent_events_on_one_new_saga_are_all_counted(bool behindOutbox)
    {
        await using var servers = await Servers.CreateAsync(stack);
        var node = await StartAsync(servers, behindOutbox, new Journal<ParcelClosed>());
        var id = NewId.NextGuid();
        var bus = node.Services.GetRequiredService<IBus>();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => bus.Publish(new ParcelMoved { Id = id })));

        await Eventually.Until(
            async () => await servers.CountAsync($"parcels WHERE id = '{id}' AND steps = 200") == 1, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_saga_is_found_by_expression_schedules_cancels_and_ends()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var closed = new Journal<ParcelClosed>();
        var node = await StartAsync(servers, behindOutbox: true, closed);
        var bus = node.Services.GetRequiredService<IBus>();
        var (forgotten, renewed) = (NewId.NextGuid(), NewId.NextGuid());
        foreach (var id in new[] { forgotten, renewed })
            await bus.Publish(new ParcelMoved { Id = id });
        await Eventually.Until(async () => await servers.CountAsync("parcels WHERE steps = 1") == 2);

        await bus.Publish(new ParcelNamed { Id = forgotten, Name = "forgotten" });
        await bus.Publish(new ParcelNamed { Id = renewed, Name = "renewed" });
        await Eventually.Until(async () => await servers.CountAsync("parcels WHERE timeout_token IS NOT NULL") == 2);
        await bus.Publish(new ParcelHeld { Name = "renewed" });

        await Eventually.Until(() => closed.Received.Count == 1);
        closed.Received.Single().Message.Id.ShouldBe(forgotten);
        await Eventually.Until(async () => await servers.CountAsync("parcels WHERE state = 'Held'") == 1);
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
        (await servers.CountAsync("parcels")).ShouldBe(1);
    }

    private static async Task<IHost> StartAsync(Servers servers, bool behindOutbox, Journal<ParcelClosed> closed)
    {
        await servers.ExecuteAsync(Tables);
        return await servers.StartNodeAsync(
            x => x.AddSagaStateMachine<ParcelStateMachine, Parcel>().PostgresRepository(r => r.ExistingDbContext<ParcelContext>()),
            (context, cfg) =>
            {
                closed.Listen(cfg);
                cfg.ReceiveEndpoint("parcels", endpoint =>
                {
                    endpoint.PrefetchCount = 64;
                    if (behindOutbox)
                        endpoint.UsePostgresOutbox(context);
                    endpoint.ConfigureSaga<Parcel>(context);
                });
            },
            services: services => services.AddPostgresDbContext<ParcelContext>());
    }
}

public sealed record ParcelMoved
{
    public required Guid Id { get; init; }
}

public sealed record ParcelNamed
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }
}

public sealed record ParcelHeld
{
    public required string Name { get; init; }
}

public sealed record ParcelForgotten
{
    public required Guid Id { get; init; }
}

public sealed record ParcelClosed
{
    public required Guid Id { get; init; }
}

public sealed class Parcel : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string State { get; set; } = "";

    public string? Name { get; set; }

    public int Steps { get; set; }

    public Guid? TimeoutToken { get; set; }
}

internal sealed class ParcelStateMachine : MassTransitStateMachine<Parcel>
{
    public ParcelStateMachine()
    {
        InstanceState(parcel => parcel.State);
        Event(() => Moved, e => e.CorrelateById(context => context.Message.Id));
        Event(() => Named, e => e.CorrelateById(context => context.Message.Id));
        Event(() => HeldBack, e => e.CorrelateBy((parcel, context) => parcel.Name == context.Message.Name));
        Schedule(() => Forgotten, parcel => parcel.TimeoutToken, s =>
        {
            s.Delay = TimeSpan.FromSeconds(8);
            s.Received = e => e.CorrelateById(context => context.Message.Id);
        });

        Initially(When(Moved).Then(context => context.Saga.Steps++).TransitionTo(Moving));
        During(Moving,
            When(Moved).Then(context => context.Saga.Steps++),
            When(Named)
                .Then(context => context.Saga.Name = context.Message.Name)
                .Schedule(Forgotten, context => new ParcelForgotten { Id = context.Saga.CorrelationId }),
            When(HeldBack).Unschedule(Forgotten).TransitionTo(Held),
            When(Forgotten!.Received).Publish(context => new ParcelClosed { Id = context.Saga.CorrelationId }).Finalize());
        SetCompletedWhenFinalized();
    }

    public State Moving { get; private set; } = null!;

    public State Held { get; private set; } = null!;

    public Event<ParcelMoved> Moved { get; private set; } = null!;

    public Event<ParcelNamed> Named { get; private set; } = null!;

    public Event<ParcelHeld> HeldBack { get; private set; } = null!;

    public Schedule<Parcel, ParcelForgotten> Forgotten { get; private set; } = null!;
}

internal sealed class ParcelContext(DbContextOptions<ParcelContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Parcel>(parcel =>
    {
        parcel.ToTable("parcels");
        parcel.HasKey(p => p.CorrelationId);
        parcel.Property(p => p.CorrelationId).HasColumnName("id").ValueGeneratedNever();
        parcel.Property(p => p.State).HasColumnName("state");
        parcel.Property(p => p.Name).HasColumnName("name");
        parcel.Property(p => p.Steps).HasColumnName("steps");
        parcel.Property(p => p.TimeoutToken).HasColumnName("timeout_token");
    });
}
