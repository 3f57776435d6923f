using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres;

/// <summary>
/// Tells a database that is unavailable, restarting or overloaded from one that refuses a statement. The only definition of an outage:
/// jobs wait for its end, the API answers 503, and messages are redelivered.
/// </summary>
public static class DatabaseOutage
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Classes of SQLSTATE (PostgreSQL, appendix A) that say nothing about the statement.</summary>
    private static readonly string[] OutageClasses =
    [
        "08", // connection exception
        "40", // transaction rollback: deadlock, serialization failure
        "53", // insufficient resources: disk full, out of memory, too many connections
        "57", // operator intervention: shutdown, recovery, a canceled statement
        "58", // system error outside of Postgres
    ];

    /// <summary>True if the same call can succeed later without a change to it.</summary>
    /// <param name="exception">An exception that contains a failure of Npgsql, directly or as a cause.</param>
    public static bool Is(Exception exception)
    {
        // Name resolution fails with a bare SocketException.
        if (exception is SocketException)
            return true;

        NpgsqlException? failure = null;
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            // The server answered, so its answer decides. With several hosts it is wrapped in the failure of the last one.
            if (cause is PostgresException refused)
                return IsOutage(refused);
            failure ??= cause as NpgsqlException;
        }

        // Every other failure of Npgsql is one of the connection, "No suitable host was found" among them.
        return failure is not null;
    }

    /// <summary>Level at which a background service logs a failed round: an outage is logged elsewhere, once.</summary>
    public static LogLevel LevelOf(Exception exception) => Is(exception) ? LogLevel.Debug : LogLevel.Warning;

    /// <summary>Runs the operation again and again, with pauses of 50 ms to 2 s, while the database is unavailable.</summary>
    /// <exception cref="OperationCanceledException">The token was canceled before the database was available.</exception>
    public static async Task<T> RideOutAsync<T>(
        string operation, Func<CancellationToken, Task<T>> execute, ILogger logger, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await execute(cancellationToken);
            }
            catch (Exception exception) when (Is(exception) && !cancellationToken.IsCancellationRequested)
            {
                if (failures == 0)
                    logger.LogOperationDelayed(operation, exception.Message);
                var pause = FirstPause * Math.Pow(2, Math.Min(failures, 10));
                await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken);
            }
        }
    }

    // 25006: a standby that is not the primary yet, or no longer.
    private static bool IsOutage(PostgresException refused) =>
        refused.IsTransient
        || refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction
        || OutageClasses.Any(outage => refused.SqlState.StartsWith(outage, StringComparison.Ordinal));
}
