using MangaMotion.Messaging.Postgres;
using MassTransit;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults;

/// <summary>Finds the unavailable server from the failure of a request or a message.</summary>
public static class Outage
{
    public const string Database = "database";
    public const string Broker = "broker";
    public const string Storage = "storage";

    /// <summary>Returns the kind of server that is unavailable, or null for any other failure.</summary>
    public static string? KindOf(Exception exception)
    {
        if (DatabaseOutage.Is(exception))
            return Database;
        var causes = new List<Exception>();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            causes.Add(cause);

        // A statement that the database rejected is not an outage, in whichever exception it is wrapped.
        if (causes.Any(cause => cause is PostgresException))
            return null;
        if (causes.Any(IsBrokerFailure))
            return Broker;

        // By its contract, IObjectStore throws an IOException for a store that cannot be reached or written to.
        return causes.Any(cause => cause is IOException and not (FileNotFoundException or DirectoryNotFoundException)) ? Storage : null;
    }

    private static bool IsBrokerFailure(Exception cause) =>
        cause is ConnectionException or TransportUnavailableException
            or BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException;
}
