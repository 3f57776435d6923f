using MangaMotion.Messaging.Postgres.Schema;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres;

/// <summary>
/// Delays retries while the database is unavailable, from 0.2 s up to 5 s. Logs the start of each outage once, with the server and the
/// cause, and its end.
/// </summary>
/// <param name="purpose">Purpose of the retried work, as an infinitive such as "deliver the outbox".</param>
internal sealed class Outage(ILogger logger, NpgsqlDataSource dataSource, string purpose)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private TimeSpan _delay = FirstDelay;
    private long _startedAt;
    private long _endedAt;

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="attemptStartedAt">
    /// Timestamp at which the failed attempt started, if several attempts run at the same time. A failure that is reported after a success
    /// of a later attempt does not start another outage.
    /// </param>
    public async Task WaitAsync(Exception exception, CancellationToken cancellationToken, long attemptStartedAt = long.MaxValue)
    {
        TimeSpan delay;
        lock (_lock)
        {
            if (_startedAt == 0 && attemptStartedAt > _endedAt)
            {
                _startedAt = TimeProvider.System.GetTimestamp();
                logger.LogDatabaseUnavailable(SchemaMigrator.DescribeServer(dataSource), purpose, exception.Message);
            }

            delay = _delay;
            _delay = _delay * 2 < MaxDelay ? _delay * 2 : MaxDelay;
        }

        await Task.Delay(delay, cancellationToken);
    }

    /// <summary>Ends the outage after a successful attempt.</summary>
    public void EndOutage()
    {
        lock (_lock)
        {
            if (_startedAt == 0)
                return;
            logger.LogDatabaseAvailable(
                SchemaMigrator.DescribeServer(dataSource), TimeProvider.System.GetElapsedTime(_startedAt).TotalSeconds, purpose);
            _startedAt = 0;
            _endedAt = TimeProvider.System.GetTimestamp();
            _delay = FirstDelay;
        }
    }
}
