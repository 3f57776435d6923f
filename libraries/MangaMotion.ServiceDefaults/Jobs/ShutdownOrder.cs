using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Bus;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Checks that the bus stops after jobs are handed back. Otherwise they would wait for the end of their leases, and count as crashes.
/// </summary>
internal sealed class ShutdownOrder(IOptions<BusOptions> bus) : IValidateOptions<JobsOptions>
{
    public ValidateOptionsResult Validate(string? name, JobsOptions options)
    {
        var least = options.ShutdownGrace + JobShutdown.HandBackTime;
        return least <= bus.Value.StopTimeout
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Jobs__ShutdownGrace is '{options.ShutdownGrace}' and Bus__StopTimeout '{bus.Value.StopTimeout}': handing jobs back after "
                + $"the grace takes up to {JobShutdown.HandBackTime.TotalSeconds} s, so Bus__StopTimeout must be at least {least}.");
    }
}
