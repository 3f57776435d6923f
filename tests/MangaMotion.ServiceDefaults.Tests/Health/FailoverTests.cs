using System.Net;
using MangaMotion.LocalStack;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace MangaMotion.ServiceDefaults.Tests.Health;

/// <summary>A service with the addresses of a primary and its streaming standby. Each test breaks its pair, so each has its own.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private ServerStack _servers = null!;

    public async ValueTask InitializeAsync()
    {
        _servers = await PrivateServers.StartAsync(rabbit: false, standby: true);
        await ExecuteAsync(_servers.Postgres, "create table writes (id int)");
    }

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    [Fact]
    public async Task The_standby_takes_over_when_it_is_promoted()
    {
        await using var service = await StartServiceAsync();
        var database = service.Services.GetRequiredService<NpgsqlDataSource>();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);
        await WriteAsync(database, 1);
        await WaitForStandbyAsync();

        await _servers.Postgres.KillAsync();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.ServiceUnavailable);
        (await ReadAsync(service)).Text.ShouldContain($"127.0.0.1:{_servers.Standby.Port},127.0.0.1:{_servers.Postgres.Port}");

        await _servers.Standby.PromoteAsync();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);
        await WriteAsync(database, 2);
        (await ReadWritesAsync(_servers.Standby)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Nothing_is_written_to_a_former_primary_that_was_frozen()
    {
        await using var service = await StartServiceAsync();
        var database = service.Services.GetRequiredService<NpgsqlDataSource>();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);
        await WriteAsync(database, 0);
        await WaitForStandbyAsync();

        await _servers.Postgres.FreezeAsync();
        await _servers.Standby.PromoteAsync();
        await Eventually.Until(
            () => service.Logs.All.Any(line => line.Contains($"127.0.0.1:{_servers.Standby.Port} is the primary of the database now")));
        _servers.Postgres.Thaw();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);

        // Side by side, so that the pool opens new connections.
        await Task.WhenAll(Enumerable.Range(1, 40).Select(id => WriteAsync(database, id)));
        (await ReadWritesAsync(_servers.Standby)).ShouldBe(Enumerable.Range(0, 41));
        (await ReadWritesAsync(_servers.Postgres)).ShouldBe([0]);
    }

    [Fact]
    public async Task A_former_primary_returns_as_a_standby_and_becomes_the_primary_again()
    {
        await using var service = await StartServiceAsync();
        var database = service.Services.GetRequiredService<NpgsqlDataSource>();
        await WriteWhenReadyAsync(service, database, 1);
        await WaitForStandbyAsync();
        await _servers.Postgres.KillAsync();
        await _servers.Standby.PromoteAsync();
        await WriteWhenReadyAsync(service, database, 2);

        await _servers.Postgres.RejoinAsync(_servers.Standby);
        await WriteWhenReadyAsync(service, database, 3);
        await WaitForStandbyAsync(_servers.Standby, _servers.Postgres);
        await _servers.Standby.KillAsync();
        await _servers.Postgres.PromoteAsync();
        await WriteWhenReadyAsync(service, database, 4);

        (await ReadWritesAsync(_servers.Postgres)).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task A_service_is_not_ready_while_commits_wait_for_a_synchronous_standby()
    {
        await ExecuteAsync(_servers.Postgres, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
        await using var service = await StartServiceAsync();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);

        await _servers.Standby.StopAsync();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.ServiceUnavailable);
        (await ReadAsync(service)).Text.ShouldContain("no answer within 2 s");

        await _servers.Standby.StartAsync();
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_service_is_not_ready_with_a_database_that_accepts_no_writes()
    {
        await using var service = await StartServiceAsync(
            $"Host=127.0.0.1;Port={_servers.Standby.Port};Username=postgres;Database=postgres");

        var (status, text) = await ReadAsync(service);

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        text.ShouldContain("the server accepts no writes: it is a standby, or set to read-only");
    }

    /// <summary>Names the standby first and no session attribute.</summary>
    private Task<TestService> StartServiceAsync(string? connectionString = null) => TestService.StartAsync(
        builder => builder.AddPostgres(),
        settings: ("ConnectionStrings:Postgres", connectionString
            ?? $"Host=127.0.0.1:{_servers.Standby.Port},127.0.0.1:{_servers.Postgres.Port};Username=postgres;Database=postgres"));

    private static async Task<(HttpStatusCode Status, string Text)> ReadAsync(TestService service)
    {
        using var response = await service.Client.GetAsync("/health/ready");
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task WriteWhenReadyAsync(TestService service, NpgsqlDataSource database, int id)
    {
        await Eventually.Until(async () => (await ReadAsync(service)).Status == HttpStatusCode.OK);
        await WriteAsync(database, id);
    }

    private Task WaitForStandbyAsync() => WaitForStandbyAsync(_servers.Postgres, _servers.Standby);

    /// <summary>The standby is asynchronous: it may lack what was committed a moment ago.</summary>
    private static async Task WaitForStandbyAsync(PostgresServer primary, PostgresServer standby)
    {
        var written = await ReadAsync(primary, "select pg_current_wal_lsn()::text");
        await Eventually.Until(async () =>
            await ReadAsync(standby, $"select (pg_last_wal_replay_lsn() >= '{written}')::text") == "true");
    }

    private static async Task<string?> ReadAsync(PostgresServer server, string statement)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(statement);
        return await command.ExecuteScalarAsync() as string;
    }

    private static async Task WriteAsync(NpgsqlDataSource database, int id)
    {
        await using var command = database.CreateCommand("insert into writes (id) values (@id)");
        command.Parameters.Add(new NpgsqlParameter<int>("id", id));
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<int>> ReadWritesAsync(PostgresServer server)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand("select id from writes order by id");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<int>();
        while (await reader.ReadAsync())
            ids.Add(reader.GetInt32(0));
        return ids;
    }

    private static async Task ExecuteAsync(PostgresServer server, params string[] statements)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        foreach (var statement in statements)
        {
            await using var command = database.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }
}
