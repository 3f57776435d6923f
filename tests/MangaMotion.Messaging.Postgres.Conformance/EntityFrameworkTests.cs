using MangaMotion.Messaging.Postgres.Sessions;
using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.Messaging.Postgres.Conformance;

public sealed class EntityFrameworkTests(TestStack stack)
{
    private const string Table = "CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL)";

    [Fact]
    public async Task Saving_changes_commits_entities_and_messages_together()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var node = await StartAsync(servers, journal);
        var id = NewId.NextGuid();

        await InScopeAsync(node, async (notes, publish) =>
        {
            notes.Add(new Note { Id = id, Text = "first" });
            await publish.Publish(new EffectWritten { Id = id });
            await notes.SaveChangesAsync();
            (await notes.Notes.CountAsync()).ShouldBe(1);
            notes.Add(new Note { Id = NewId.NextGuid(), Text = "second" });
            await notes.SaveChangesAsync();
        });
        // The same id again: Postgres rejects the entity, and its message is rolled back with it.
        await InScopeAsync(node, async (notes, publish) =>
        {
            notes.Add(new Note { Id = id, Text = "twice" });
            await publish.Publish(new EffectWritten { Id = NewId.NextGuid() });
            await Should.ThrowAsync<DbUpdateException>(() => notes.SaveChangesAsync());
        });

        await Eventually.Until(() => journal.Received.Count == 1);
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
        (await servers.CountAsync("notes")).ShouldBe(2);
        journal.Received.Single().Message.Id.ShouldBe(id);
    }

    [Fact]
    public async Task Messages_are_committed_or_rolled_back_with_the_transaction_of_the_context()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var node = await StartAsync(servers, journal);
        var (kept, dropped) = (NewId.NextGuid(), NewId.NextGuid());
        foreach (var (id, commit) in new[] { (dropped, false), (kept, true) })
        {
            await InScopeAsync(node, async (notes, publish) =>
            {
                await using var transaction = await notes.Database.BeginTransactionAsync();
                notes.Add(new Note { Id = id, Text = "note" });
                await publish.Publish(new EffectWritten { Id = id });
                await notes.SaveChangesAsync();
                (await servers.CountAsync("notes WHERE text <> 'kept'")).ShouldBe(0);
                if (commit)
                    await transaction.CommitAsync();
                else
                    await transaction.RollbackAsync();
            });
        }

        await Eventually.Until(() => journal.Received.Count == 1);
        journal.Received.Single().Message.Id.ShouldBe(kept);
        (await servers.CountAsync("notes")).ShouldBe(1);
        await Eventually.Until(async () => await servers.CountAsync("outbox") == 0);
    }

    [Fact]
    public async Task A_consumer_saves_without_a_call_and_its_failure_leaves_neither_entity_nor_message()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var journal = new Journal<EffectWritten>();
        var node = await StartAsync(servers, journal);
        var (good, bad) = (NewId.NextGuid(), Guid.Empty);
        var bus = node.Services.GetRequiredService<IBus>();

        await bus.Publish(new WriteEffect { Id = bad });
        await bus.Publish(new WriteEffect { Id = good });

        await Eventually.Until(() => journal.Received.Count == 1);
        await Eventually.Until(async () => await servers.CountAsync("inbox") == 1 && await servers.CountAsync("outbox") == 0);
        journal.Received.Single().Message.Id.ShouldBe(good);
        (await servers.CountAsync("notes")).ShouldBe(1);
    }

    [Fact]
    public async Task A_context_with_its_own_connection_is_rejected_with_a_clear_error()
    {
        await using var servers = await Servers.CreateAsync(stack);
        var faults = new Journal<ReceiveFault>();
        var node = await servers.StartNodeAsync(
            x =>
            {
                x.AddPostgresOutbox<NoteContext>();
                x.AddConsumer<NoteConsumer>();
            },
            (context, cfg) =>
            {
                faults.Listen(cfg, "faults");
                UseNotes(context, cfg);
            },
            services: services => services.AddDbContext<NoteContext>(options => options.UseNpgsql(servers.Database)));

        await node.Services.GetRequiredService<IBus>().Publish(new WriteEffect { Id = NewId.NextGuid() });

        await Eventually.Until(() => faults.Received.Count == 1);
        faults.Received.Single().Message.Exceptions[0].Message.ShouldContain("AddPostgresDbContext<NoteContext>()");
    }

    private static async Task<IHost> StartAsync(Servers servers, Journal<EffectWritten> journal)
    {
        await servers.ExecuteAsync(Table);
        return await servers.StartNodeAsync(
            x =>
            {
                x.AddPostgresOutbox<NoteContext>();
                x.AddConsumer<NoteConsumer>();
            },
            (context, cfg) =>
            {
                journal.Listen(cfg);
                UseNotes(context, cfg);
            },
            services: services => services.AddPostgresDbContext<NoteContext>());
    }

    private static void UseNotes(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator cfg) =>
        cfg.ReceiveEndpoint("notes", endpoint =>
    {
        endpoint.UsePostgresOutbox<NoteContext>(context);
        endpoint.ConfigureConsumer<NoteConsumer>(context);
    });

    private static async Task InScopeAsync(IHost node, Func<NoteContext, IPublishEndpoint, Task> action)
    {
        await using var scope = node.Services.CreateAsyncScope();
        await action(scope.ServiceProvider.GetRequiredService<NoteContext>(), scope.ServiceProvider.GetRequiredService<IPublishEndpoint>());
        scope.ServiceProvider.GetRequiredService<IPostgresSession>().Transaction.ShouldBeNull();
    }
}

internal sealed class Note
{
    public Guid Id { get; set; }

    public string Text { get; set; } = "";
}

internal sealed class NoteContext(DbContextOptions<NoteContext> options) : DbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Note>(note =>
    {
        note.ToTable("notes");
        note.Property(n => n.Id).HasColumnName("id").ValueGeneratedNever();
        note.Property(n => n.Text).HasColumnName("text");
    });
}

internal sealed class NoteConsumer(NoteContext notes) : IConsumer<WriteEffect>
{
    public async Task Consume(ConsumeContext<WriteEffect> context)
    {
        notes.Add(new Note { Id = context.Message.Id, Text = "consumed" });
        await context.Publish(new EffectWritten { Id = context.Message.Id });
        if (context.Message.Id == Guid.Empty)
            throw new InvalidOperationException("fails on purpose");
    }
}
