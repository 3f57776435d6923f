using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.LocalStack.Tests;

public sealed class ServerStackTests
{
    private static readonly Uri Queue = new("api/queues/%2F/kept", UriKind.Relative);

    [Fact]
    public async Task A_stopped_server_restarts_on_its_port_with_its_data()
    {
        await using var stack = await PrivateServers.StartAsync();
        await ExecuteAsync(stack.Postgres, "CREATE TABLE kept (id int)");
        using (var client = stack.Rabbit.CreateManagementClient())
            (await client.PutAsJsonAsync(Queue, new { durable = true })).EnsureSuccessStatusCode();
        var ports = stack.Servers.Select(x => x.Port).ToList();

        await stack.StopAsync();
        stack.Servers.ShouldAllBe(x => !x.IsRunning && !PortBook.IsTaken(x.Port));
        await Task.WhenAll(stack.Servers.Select(x => x.StartAsync()));

        stack.Servers.Select(x => x.Port).ShouldBe(ports);
        await ExecuteAsync(stack.Postgres, "SELECT * FROM kept");
        using (var client = stack.Rabbit.CreateManagementClient())
            (await client.GetAsync(Queue)).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task A_killed_server_restarts_with_the_committed_data()
    {
        await using var stack = await PrivateServers.StartAsync(rabbit: false, durable: true);
        await ExecuteAsync(stack.Postgres, "CREATE TABLE kept (id int)");
        var killed = stack.Postgres.ProcessId;

        await stack.Postgres.KillAsync();
        stack.Postgres.ProcessId.ShouldBeNull();
        await stack.Postgres.StartAsync();

        stack.Postgres.ProcessId.ShouldNotBe(killed);
        await ExecuteAsync(stack.Postgres, "SELECT * FROM kept");
    }

    [Fact]
    public async Task A_frozen_server_keeps_its_connections_and_answers_when_thawed()
    {
        await using var stack = await PrivateServers.StartAsync(rabbit: false);
        await using var connection = new NpgsqlConnection(stack.Postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();

        await stack.Postgres.FreezeAsync();
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        var answer = command.ExecuteScalarAsync();
        State(connection.ProcessID).ShouldBe("T");
        State(stack.Postgres.ProcessId.ShouldNotBeNull()).ShouldBe("T");
        answer.IsCompleted.ShouldBeFalse();
        stack.Postgres.Thaw();

        (await answer).ShouldBe(connection.ProcessID);
    }

    [Fact]
    public async Task A_frozen_server_can_be_stopped()
    {
        await using var stack = await PrivateServers.StartAsync(rabbit: false);
        await stack.Postgres.FreezeAsync();

        await stack.Postgres.StopAsync();

        stack.Postgres.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task A_port_taken_by_another_process_is_replaced()
    {
        await using var stack = await PrivateServers.StartAsync(rabbit: false);
        var remembered = stack.Postgres.Port;
        await stack.Postgres.StopAsync();
        using var other = new TcpListener(IPAddress.Loopback, remembered);
        other.Start();

        await stack.Postgres.StartAsync();

        stack.Postgres.Port.ShouldNotBe(remembered);
        await ExecuteAsync(stack.Postgres, "SELECT 1");
    }

    [Fact]
    public async Task Two_stacks_run_side_by_side()
    {
        var both = await Task.WhenAll(PrivateServers.StartAsync(), PrivateServers.StartAsync());
        await using var first = both[0];
        await using var second = both[1];

        first.Servers.Concat(second.Servers).ShouldAllBe(x => x.IsRunning);
        await ExecuteAsync(first.Postgres, "CREATE TABLE mine (id int)");
        var missing = await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(second.Postgres, "SELECT * FROM mine"));
        missing.SqlState.ShouldBe(PostgresErrorCodes.UndefinedTable);
    }

    [Fact]
    public async Task A_server_that_ends_while_it_starts_is_reported_with_the_end_of_its_log()
    {
        await using var stack = await PrivateServers.StartAsync(rabbit: false);
        await stack.Postgres.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(stack.Postgres.DataFolder, "postgresql.conf"), "no_such_setting = 1\n");

        var failure = await Should.ThrowAsync<LocalServerException>(() => stack.Postgres.StartAsync());

        failure.Message.ShouldContain("no_such_setting");
        failure.Message.ShouldContain(stack.Postgres.LogFile);
    }

    [Fact]
    public async Task A_disposed_temporary_stack_leaves_nothing()
    {
        var stack = await PrivateServers.StartAsync(rabbit: false);
        await stack.DisposeAsync();

        stack.Postgres.IsRunning.ShouldBeFalse();
        Directory.Exists(stack.Folder.Path).ShouldBeFalse();
        Directory.Exists(stack.Folder.Data).ShouldBeFalse();
    }

    private static string State(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat.Substring(stat.LastIndexOf(')') + 2, 1);
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
