using MangaMotion.Messaging.Postgres.Schema;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MangaMotion.Messaging.Postgres;

/// <summary>
/// Waiting for a database that is away: says so once per outage, with the server and the cause, backs off from 0.2 s to 5 s,
/// and says when it is over.
/// </summary>
internal sealed class Outage(ILogger logger, NpgsqlDataSource dataSource, string purpose)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private TimeSpan _delay = FirstDelay;
    private long _since;
    private long _over;

    /// <param name="began">
    /// When the try that failed began, where several go on side by side: of two that end as the server comes back, the one that failed
    /// may be heard of after the one that did not, and tells of nothing new.
    /// </param>
    public async Task WaitAsync(Exception exception, CancellationToken cancellationToken, long began = long.MaxValue)
    {
        TimeSpan delay;
        lock (_lock)
        {
            if (_since == 0 && began > _over)
            {
                _since = TimeProvider.System.GetTimestamp();
                logger.LogWarning(
                    "Cannot {Purpose}: Postgres at {Server} failed with '{Cause}'. Trying again until it answers; check that the server runs and can be reached",
                    purpose, SchemaMigrator.Where(dataSource), exception.Message);
            }

            delay = _delay;
            _delay = _delay * 2 < LongestDelay ? _delay * 2 : LongestDelay;
        }

        await Task.Delay(delay, cancellationToken);
    }

    public void Over()
    {
        lock (_lock)
        {
            if (_since == 0)
                return;
            logger.LogInformation(
                "Postgres at {Server} answers again after {Seconds:F1} s; going on to {Purpose}",
                SchemaMigrator.Where(dataSource), TimeProvider.System.GetElapsedTime(_since).TotalSeconds, purpose);
            _since = 0;
            _over = TimeProvider.System.GetTimestamp();
            _delay = FirstDelay;
        }
    }
}
