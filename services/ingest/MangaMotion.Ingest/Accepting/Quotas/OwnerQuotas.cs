using System.Data;
using System.Threading.RateLimiting;
using MangaMotion.Api;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Quotas;

/// <summary>Holds each owner to its quotas. Requests over a quota get 429 and the time until a retry can succeed.</summary>
public sealed class OwnerQuotas : IDisposable
{
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(30);

    private const string UsedSql =
        """
        select (select coalesce(sum(queued + processing), 0)::bigint from job_count_totals
            where owner_id = @owner and queued + processing <> 0) as open_jobs,
          coalesce((select bytes from owner_usage where owner_id = @owner and day = (now() at time zone 'utc')::date), 0) as bytes,
          date_trunc('day', now() at time zone 'utc') + interval '1 day' - (now() at time zone 'utc') as until_midnight
        """;

    private const string UseSql =
        """
        insert into owner_usage as used (owner_id, day, bytes) values (@owner, (now() at time zone 'utc')::date, @bytes)
        on conflict (owner_id, day) do update set bytes = used.bytes + excluded.bytes
        """;

    private readonly QuotaOptions _options;
    private readonly NpgsqlDataSource _database;
    private readonly PartitionedRateLimiter<Guid>? _rate;

    public OwnerQuotas(NpgsqlDataSource database, IOptions<QuotaOptions> options)
    {
        (_database, _options) = (database, options.Value);
        if (_options.RequestsPerSecond is > 0 and var rate)
            _rate = PartitionedRateLimiter.Create<Guid, Guid>(owner =>
                RateLimitPartition.GetTokenBucketLimiter(owner, _ => CreateBucket(rate)));
    }

    /// <exception cref="ProblemException">429: too many requests in a second.</exception>
    public void CountRequest(Guid ownerId)
    {
        using var lease = _rate?.AttemptAcquire(ownerId);
        if (lease is not { IsAcquired: false })
            return;
        throw new ProblemException(429, "rate_limited",
            $"More than {_options.RequestsPerSecond} requests a second (Quotas__RequestsPerSecond); send them slower.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Checks the quotas before anything is stored. Concurrent requests may together exceed a quota, each once.</summary>
    /// <param name="declaredBytes">Length of the request; null if it is not declared.</param>
    /// <exception cref="ProblemException">429: too many jobs are open, or too many bytes were stored today.</exception>
    public async Task CheckAsync(Guid ownerId, long? declaredBytes, CancellationToken cancellationToken)
    {
        if (_options is { OutstandingJobs: 0, BytesPerDay: 0 })
            return;
        var (open, bytes, midnight) = await ReadUsedAsync(ownerId, cancellationToken);
        if (_options.OutstandingJobs is > 0 and var jobs && open >= jobs)
        {
            throw new ProblemException(429, "too_many_outstanding_jobs",
                $"{open} jobs wait or run; the limit is {jobs} (Quotas__OutstandingJobs). Wait for some to end.")
            {
                RetryAfter = Busy,
            };
        }

        if (_options.BytesPerDay is > 0 and var limit && (bytes >= limit || bytes + declaredBytes > limit))
        {
            throw new ProblemException(429, "daily_bytes_used_up",
                $"{bytes} bytes were stored today; the limit is {limit} (Quotas__BytesPerDay).")
            {
                RetryAfter = midnight,
            };
        }
    }

    /// <summary>Reads the quotas of an owner and the used part of each.</summary>
    public async Task<QuotaUse> ReadAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        var (open, bytes, _) = await ReadUsedAsync(ownerId, cancellationToken);
        return new(
            _options.RequestsPerSecond is > 0 and var rate ? rate : null,
            _options.OutstandingJobs is > 0 and var jobs ? jobs : null,
            open,
            _options.BytesPerDay is > 0 and var limit ? limit : null,
            _options.BytesPerDay > 0 ? bytes : null);
    }

    /// <summary>Creates the statement that counts stored bytes, for the transaction that accepts them.</summary>
    /// <returns>Null if bytes are not limited.</returns>
    public NpgsqlBatchCommand? CreateUse(Guid ownerId, long bytes) => _options.BytesPerDay == 0
        ? null
        : new(UseSql) { Parameters = { new("owner", ownerId), new("bytes", bytes) } };

    public void Dispose() => _rate?.Dispose();

    private async Task<(long Open, long Bytes, TimeSpan UntilMidnight)> ReadUsedAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(UsedSql);
        command.Parameters.AddWithValue("owner", ownerId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64("open_jobs"), row.GetInt64("bytes"), row.GetFieldValue<TimeSpan>("until_midnight"));
    }

    private static TokenBucketRateLimiterOptions CreateBucket(int rate) => new()
    {
        TokenLimit = 2 * rate,
        TokensPerPeriod = rate,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    };
}
