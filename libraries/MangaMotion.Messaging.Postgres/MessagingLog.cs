using Microsoft.Extensions.Logging;

namespace MangaMotion.Messaging.Postgres;

/// <summary>Log events of the messaging library, ids 1000 to 1099. docs/operations.md lists them.</summary>
internal static partial class MessagingLog
{
    [LoggerMessage(1000, LogLevel.Warning,
        "Database {Server} unavailable: cannot {Purpose}. Retrying. Check that the server runs and is reachable. Cause: {Cause}")]
    public static partial void LogDatabaseUnavailable(this ILogger logger, string server, string purpose, string cause);

    [LoggerMessage(1001, LogLevel.Information, "Database {Server} available again after {Seconds:F1} s. Continuing to {Purpose}.")]
    public static partial void LogDatabaseAvailable(this ILogger logger, string server, double seconds, string purpose);

    [LoggerMessage(1002, LogLevel.Warning, "Database unavailable: could not {Operation}. Retrying. Cause: {Reason}")]
    public static partial void LogOperationDelayed(this ILogger logger, string operation, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "Broker unavailable: {Count} outbox messages are waiting. Cause: {Cause}")]
    public static partial void LogBrokerUnavailable(this ILogger logger, int count, string cause);

    [LoggerMessage(1011, LogLevel.Warning,
        "{Count} outbox messages to {Destination} not sent in attempt {Attempt}. Retrying with growing delays up to 60 s. Cause: {Cause}")]
    public static partial void LogMessagesNotSent(this ILogger logger, int count, Uri destination, int attempt, string cause);

    [LoggerMessage(1012, LogLevel.Error, "Outbox delivery failed. Its messages stay in the outbox. Retrying.")]
    public static partial void LogDeliveryFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1013, LogLevel.Error, "{Count} delivered outbox messages not deleted. Retrying after their claims expire.")]
    public static partial void LogDeliveredNotDeleted(this ILogger logger, Exception exception, int count);

    [LoggerMessage(1014, LogLevel.Debug, "Outbox delivery stopped with the service.")]
    public static partial void LogDeliveryStopped(this ILogger logger, Exception exception);

    [LoggerMessage(1015, LogLevel.Debug, "Outbox not measured. Retrying at the next interval.")]
    public static partial void LogOutboxNotMeasured(this ILogger logger, Exception exception);

    [LoggerMessage(1016, LogLevel.Debug, "Round {Round} skipped: a server is unavailable. Retrying at the next interval. Cause: {Cause}")]
    public static partial void LogRoundSkipped(this ILogger logger, string round, string cause);

    [LoggerMessage(1017, LogLevel.Error, "Round {Round} failed. Retrying at the next interval.")]
    public static partial void LogRoundFailed(this ILogger logger, Exception exception, string round);

    [LoggerMessage(1020, LogLevel.Information, "Schema script {Script} of set {Set} applied.")]
    public static partial void LogScriptApplied(this ILogger logger, string script, string set);
}
