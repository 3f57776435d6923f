using MassTransit;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults;

/// <summary>Tells the absence of a server from every other failure.</summary>
public static class Outage
{
    public const string Database = "database";
    public const string Broker = "broker";
    public const string Storage = "storage";

    /// <summary>Which kind of server is away, or null where the failure is of another sort.</summary>
    public static string? KindOf(Exception exception)
    {
        var causes = new List<Exception>();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            causes.Add(cause);

        // A statement that the database refused is no outage, whatever it is wrapped in.
        if (causes.OfType<PostgresException>().FirstOrDefault() is { } refused)
            return IsAway(refused.SqlState) ? Database : null;
        if (causes.Any(cause => cause is NpgsqlException { IsTransient: true }))
            return Database;
        if (causes.Any(cause => cause is ConnectionException or BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException))
            return Broker;

        // The contract of IObjectStore: an IOException is a store that cannot be reached or written to.
        return causes.Any(cause => cause is IOException and not (FileNotFoundException or DirectoryNotFoundException)) ? Storage : null;
    }

    /// <summary>Class 08 connection, 53 insufficient resources (disk full, too many connections), 57P shutdown and recovery, 58 system error; 25006 a standby.</summary>
    private static bool IsAway(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState.StartsWith("58", StringComparison.Ordinal)
        || sqlState == PostgresErrorCodes.ReadOnlySqlTransaction;
}
