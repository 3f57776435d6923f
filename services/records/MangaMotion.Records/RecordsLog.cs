namespace MangaMotion.Records;

/// <summary>Log events of the records service, ids 3000 to 3099. docs/operations.md lists them.</summary>
internal static partial class RecordsLog
{
    [LoggerMessage(3000, LogLevel.Information, "Rows of {Loads} loads deleted: their jobs were canceled, failed or deleted.")]
    public static partial void LogOrphanedLoadsDeleted(this ILogger logger, int loads);

    [LoggerMessage(3001, LogLevel.Debug,
        "Database unavailable: orphaned loads not deleted. Retrying at the next interval. Reason: {Reason}")]
    public static partial void LogSweepPostponed(this ILogger logger, string reason);
}
