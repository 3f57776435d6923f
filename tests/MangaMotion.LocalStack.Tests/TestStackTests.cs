using MangaMotion.TestSupport;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestStack))]

namespace MangaMotion.LocalStack.Tests;

public sealed class TestStackTests(TestStack stack)
{
    [Fact]
    public async Task Every_test_gets_its_own_virtual_host_until_it_ends()
    {
        var first = await stack.CreateVirtualHostAsync();
        await using var second = await stack.CreateVirtualHostAsync();
        first.AmqpUri.ShouldNotBe(second.AmqpUri);
        using var client = first.CreateManagementClient();
        (await client.GetStringAsync(new Uri("api/vhosts", UriKind.Relative))).ShouldContain(first.Name);

        await first.DisposeAsync();

        var remaining = await client.GetStringAsync(new Uri("api/vhosts", UriKind.Relative));
        remaining.ShouldNotContain(first.Name);
        remaining.ShouldContain(second.Name);
    }

    [Fact]
    public async Task A_database_is_dropped_though_a_client_is_connected()
    {
        var database = await stack.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();

        await database.DisposeAsync();

        await using var late = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        (await Should.ThrowAsync<PostgresException>(() => late.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidCatalogName);
    }

    [Fact]
    public async Task A_condition_that_never_holds_is_named_in_the_failure()
    {
        var failure = await Should.ThrowAsync<TimeoutException>(() => Eventually.Until(() => stack is null, TimeSpan.Zero));

        failure.Message.ShouldContain("stack is null");
    }
}
