using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.Messaging.Postgres.Victim;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestStack))]

namespace MangaMotion.Messaging.Postgres.Conformance;

/// <summary>Virtual host and database of one test, with the tables, and the nodes that the test starts on them.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly List<IHost> _nodes = [];
    private readonly List<IAsyncDisposable> _owned = [];

    private Servers(Uri amqp, string database)
    {
        Amqp = amqp;
        Database = database;
        Data = NpgsqlDataSource.Create(database);
    }

    public Uri Amqp { get; }

    public string Database { get; }

    public NpgsqlDataSource Data { get; }

    public static async Task<Servers> CreateAsync(TestStack stack)
    {
        var host = await stack.CreateVirtualHostAsync();
        var database = await stack.CreateDatabaseAsync();
        var servers = await CreateAsync(host.AmqpUri, database.ConnectionString);
        servers._owned.AddRange([host, database]);
        return servers;
    }

    public static async Task<Servers> CreateAsync(Uri amqp, string database)
    {
        var servers = new Servers(amqp, database);
        await SchemaMigrator.MigrateAsync(servers.Data, [SchemaScripts.Messaging], NullLogger.Instance, CancellationToken.None);
        await servers.ExecuteAsync(WriteEffectConsumer.Table);
        return servers;
    }

    public async Task<IHost> StartNodeAsync(
        Action<IBusRegistrationConfigurator>? bus = null,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? rabbit = null,
        Action<IPostgresOutboxConfigurator>? outbox = null,
        Action<IServiceCollection>? services = null)
    {
        var node = Node.Create(Amqp, Database, bus, rabbit, outbox, services);
        _nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    /// <summary>Starts a node that consumes <see cref="WriteEffect"/> with the inbox and records its events in the journal.</summary>
    public Task<IHost> StartEffectNodeAsync(Journal<EffectWritten> journal, Action<IPostgresOutboxConfigurator>? outbox = null) =>
        StartNodeAsync(
        x => x.AddConsumer<WriteEffectConsumer>(),
        (context, cfg) =>
        {
            Node.UseEffectQueue(context, cfg);
            journal.Listen(cfg);
        },
        outbox);

    public async Task StopAsync(IHost node)
    {
        _nodes.Remove(node);
        await node.StopAsync();
        node.Dispose();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> CountAsync(string from)
    {
        await using var command = Data.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync();
            node.Dispose();
        }

        await Data.DisposeAsync();
        foreach (var owned in _owned)
            await owned.DisposeAsync();
    }
}
