using System.Net.Sockets;
using MangaMotion.Messaging.Postgres;
using Npgsql;

namespace MangaMotion.Jobs.Tests;

public class DatabaseOutageTests
{
    [Theory]
    [InlineData("08006")] // connection failure
    [InlineData("25006")] // a standby
    [InlineData("40P01")] // deadlock
    [InlineData("53100")] // disk full
    [InlineData("53300")] // too many connections
    [InlineData("57014")] // statement canceled
    [InlineData("57P01")] // shutdown
    [InlineData("57P03")] // starting
    [InlineData("58030")] // input or output error
    public void A_server_that_cannot_serve_is_an_outage(string sqlState)
    {
        DatabaseOutage.Is(Rejection(sqlState)).ShouldBeTrue();
        DatabaseOutage.Is(new InvalidOperationException("wrapped", Rejection(sqlState))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("23505")] // unique violation
    [InlineData("42501")] // no privilege
    [InlineData("42P01")] // no such table
    [InlineData("28P01")] // wrong password
    [InlineData("22P02")] // invalid text representation
    public void A_rejected_statement_is_not_an_outage(string sqlState)
    {
        DatabaseOutage.Is(Rejection(sqlState)).ShouldBeFalse();
        DatabaseOutage.Is(new NpgsqlException("every host", new AggregateException(Rejection(sqlState)))).ShouldBeFalse();
    }

    [Fact]
    public void Failures_of_the_connection_are_outages_and_others_are_not()
    {
        DatabaseOutage.Is(new SocketException((int)SocketError.HostNotFound)).ShouldBeTrue();
        DatabaseOutage.Is(new NpgsqlException("broken", new EndOfStreamException())).ShouldBeTrue();
        DatabaseOutage.Is(new NpgsqlException("pool", new TimeoutException())).ShouldBeTrue();
        DatabaseOutage.Is(new InvalidOperationException("a bug")).ShouldBeFalse();
        DatabaseOutage.Is(new IOException("the store")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_outage_of_all_hosts_of_a_list_is_an_outage()
    {
        await using var database = new NpgsqlDataSourceBuilder("Host=127.0.0.1:1,127.0.0.1:2;Username=x;Timeout=5").BuildMultiHost();

        var failure = await Should.ThrowAsync<NpgsqlException>(() => database.OpenConnectionAsync().AsTask());

        DatabaseOutage.Is(failure).ShouldBeTrue();
    }

    private static PostgresException Rejection(string sqlState) => new("refused", "ERROR", "ERROR", sqlState);
}
