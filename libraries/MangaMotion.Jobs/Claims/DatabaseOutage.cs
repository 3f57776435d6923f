using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Jobs.Claims;

/// <summary>
/// A database that is away, restarting or overloaded, as against one that refuses the statement. A job that is under way
/// waits such an outage out: its message stays unacknowledged, its result is not lost.
/// </summary>
public static class DatabaseOutage
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public static bool Is(Exception exception) => exception switch
    {
        // Class 53: out of resources (disk full among them); 57: shut down, or the statement canceled, by an operator or a limit of the
        // server's; 08: connection; 40: deadlock or serialization; 25006: a standby that is not the primary yet, or no longer.
        PostgresException refused => refused.IsTransient
            || refused.SqlState.StartsWith("53", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("57", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("08", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("40", StringComparison.Ordinal)
            || refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException => exception.InnerException is null or IOException or SocketException or TimeoutException,
        _ => false,
    };

    /// <summary>For a background service whose round failed and comes again: others tell of an outage, and of nothing else.</summary>
    internal static LogLevel LevelOf(Exception exception) => Is(exception) ? LogLevel.Debug : LogLevel.Warning;

    /// <summary>Runs the operation, again and again while the database is away.</summary>
    /// <exception cref="OperationCanceledException">The token was canceled before the database came back.</exception>
    internal static async Task<T> RideOutAsync<T>(
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
                    logger.LogWarning("Postgres could not {Operation}, trying again until it can: {Reason}", operation, exception.Message);
                var pause = TimeSpan.FromMilliseconds(50 * Math.Pow(2, Math.Min(failures, 10)));
                await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken);
            }
        }
    }
}
