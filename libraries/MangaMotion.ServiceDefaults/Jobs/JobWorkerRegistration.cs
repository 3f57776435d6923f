using MangaMotion.Jobs;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Configuration;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>A service that runs jobs.</summary>
public static class JobWorkerRegistration
{
    /// <summary>
    /// Adds the bus with the lanes of one job type, the job runner, and the options <c>Jobs</c> and <c>Retry</c>.
    /// </summary>
    /// <param name="retryDelay">The wait before the second attempt, unless <c>Retry__Delay</c> sets another.</param>
    public static WebApplicationBuilder AddJobWorker<TConsumer, TCommand>(this WebApplicationBuilder builder, JobType<TCommand> type, TimeSpan retryDelay)
        where TConsumer : class, IConsumer<TCommand>
        where TCommand : class
    {
        var services = builder.Services;
        services.Configure<RetryOptions>(retry => retry.Delay = retryDelay);
        services.AddValidatedOptions<JobsOptions>(JobsOptions.Section);
        services.AddSingleton(provider => WorkerOf(provider.GetRequiredService<ServiceIdentity>()));
        services.AddJobWorker(type);
        services.AddSingleton<ErrorQueueSweeper.Signal>();
        services.AddSingleton(provider => ErrorQueueSweeper.Signal.Handler(provider.GetRequiredService<ErrorQueueSweeper.Signal>()));
        services.AddHostedService<ErrorQueueSweeper>();
        services.AddSingleton<IEndpointMap>(new LaneEndpoints<TConsumer>(type));
        builder.AddBus(bus => bus.AddConsumer<TConsumer>().ExcludeFromConfigureEndpoints());
        return builder;
    }

    private static WorkerIdentity WorkerOf(ServiceIdentity identity) => new(identity.Service, identity.Version, identity.WorkerId);
}
