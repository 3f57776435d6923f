using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace MangaMotion.ServiceDefaults;

/// <summary>Tells systemd when the process of a unit with <c>Type=notify</c> is ready, that it answers, and that it stops.</summary>
internal static class SystemdUnit
{
    /// <summary>Adds the notices if systemd waits for them.</summary>
    public static IServiceCollection AddSystemdUnit(this IServiceCollection services)
    {
        // AddSystemd() of the package reads the name of the parent process instead, which ProtectProc=invisible hides.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")))
            return services;
        return services
            .AddSingleton<ISystemdNotifier, SystemdNotifier>()
            .AddSingleton<IHostLifetime, SystemdLifetime>()
            .AddHostedService<SystemdWatchdog>();
    }
}

/// <summary>
/// Tells systemd twice per <c>WatchdogSec=</c> that the process answers. systemd restarts a process that stays silent, for example because
/// its thread pool is blocked.
/// </summary>
internal sealed class SystemdWatchdog(ISystemdNotifier systemd, TimeProvider time) : BackgroundService
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    /// <summary>Half of the time that systemd waits; null if it does not wait.</summary>
    /// <param name="microseconds">Value of <c>WATCHDOG_USEC</c>.</param>
    public static TimeSpan? ReadInterval(string? microseconds) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? TimeSpan.FromMicroseconds(value / 2.0)
            : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (ReadInterval(Environment.GetEnvironmentVariable("WATCHDOG_USEC")) is not { } interval)
            return;
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            systemd.Notify(Alive);
    }
}
