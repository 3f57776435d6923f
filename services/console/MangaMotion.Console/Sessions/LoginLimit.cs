using System.Net;
using System.Threading.RateLimiting;

namespace MangaMotion.Console.Sessions;

/// <summary>Limit of failed logins: five a minute for each address.</summary>
internal sealed class LoginLimit : IDisposable
{
    private const int FailuresPerMinute = 5;

    private readonly PartitionedRateLimiter<IPAddress> _failures = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetFixedWindowLimiter(
            address, _ => new() { PermitLimit = FailuresPerMinute, Window = TimeSpan.FromMinutes(1) }));

    public bool IsReached(IPAddress? address) =>
        _failures.GetStatistics(address ?? IPAddress.None) is { CurrentAvailablePermits: <= 0 };

    public void CountFailure(IPAddress? address) => _failures.AttemptAcquire(address ?? IPAddress.None).Dispose();

    public void Dispose() => _failures.Dispose();
}
