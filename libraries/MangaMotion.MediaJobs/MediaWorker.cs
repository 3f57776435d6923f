using MangaMotion.Jobs.Running;
using MangaMotion.Media;
using MangaMotion.Media.Hosts;
using MangaMotion.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MangaMotion.MediaJobs;

/// <summary>Registration of services whose jobs open files.</summary>
public static class MediaWorker
{
    /// <summary>
    /// Adds <see cref="MediaServices.AddMedia"/> and <see cref="MediaWork"/>. While the media self-test fails, the service is not ready
    /// (check <c>media</c>) and takes no job.
    /// </summary>
    public static IServiceCollection AddMediaWorker(this IServiceCollection services) =>
        services.AddMedia()
            .AddSingleton<MediaWork>()
            .AddSingleton<IJobSandbox, JobSandbox>()
            .AddReadinessCheck<MediaCheck>("media");

    private sealed class JobSandbox(MediaSelfTest selfTest) : IJobSandbox
    {
        public string Name => selfTest.SandboxName;

        public bool Works => selfTest.Failure is null;

        public Task UntilItWorksAsync(CancellationToken cancellationToken) => selfTest.WaitUntilPassedAsync(cancellationToken);
    }

    private sealed class MediaCheck(MediaSelfTest selfTest) : IHealthCheck
    {
        private readonly Dictionary<string, object> _data = new(StringComparer.Ordinal)
        {
            [ReadinessChecks.Where] = $"sandbox {selfTest.SandboxName}",
        };

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(selfTest.Failure is { } failure
                ? HealthCheckResult.Unhealthy(failure, data: _data)
                : HealthCheckResult.Healthy(data: _data));
    }
}
