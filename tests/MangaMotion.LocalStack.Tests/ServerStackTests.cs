using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.LocalStack.Tests;

public sealed class ServerStackTests
{
    [Fact]
    public async Task Both_servers_start_and_serve()
    {
        await using var stack = await PrivateServers.StartAsync();

        await using var connection = new NpgsqlConnection(stack.Postgres.ConnectionString);
        await connection.OpenAsync();
        using var client = stack.Rabbit.CreateManagementClient();
        (await client.GetStringAsync(new Uri("api/overview", UriKind.Relative))).ShouldContain("3.");
        stack.Servers.ShouldAllBe(x => x.IsRunning);
    }
}
