using MangaMotion.Jobs;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Configuration;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>Registers the parts of a service that runs jobs.</summary>
public static class JobWorkerRegistration
{
    /// <summary>
    /// Adds the bus with the lanes of one job type, the job runner, and the options <c>Jobs</c> and <c>Retry</c>.
    /// </summary>
    /// <param name="retryDelay">Wait before the second attempt, unless <c>Retry__Delay</c> sets another.</param>
    public static WebApplicationBuilder AddJobWorker<TConsumer, TCommand>(
        this WebApplicationBuilder builder, JobType<TCommand> type, TimeSpan retryDelay)
        where TConsumer : class, IConsumer<TCommand>
        where TCommand : class
    {
        var services = builder.Services;
        builder.AddJobRunner(retryDelay, type);
        builder.Services.AddSingleton<IEndpointMap>(new LaneEndpoints(type, (context, endpoint) =>
        {
            EndpointConventions.Apply(context, endpoint);
            endpoint.UseFilter(ActivatorUtilities.CreateInstance<ChannelLossFilter>(context));
            endpoint.UseFilter(new RequeueOnShutdownFilter());
            endpoint.ConfigureConsumer<TConsumer>(context);
        }));
        builder.AddBus(bus => bus.AddConsumer<TConsumer>().ExcludeFromConfigureEndpoints());
        return builder;
    }

    /// <summary>
    /// Adds a saga that drives jobs made of parts. It consumes from the lanes of their type. Each event and its consequences are one
    /// transaction.
    /// </summary>
    /// <param name="configure">Configures the repository of the saga.</param>
    public static WebApplicationBuilder AddJobSaga<TStateMachine, TState>(
        this WebApplicationBuilder builder, JobType type, TimeSpan retryDelay, Action<ISagaRegistrationConfigurator<TState>> configure)
        where TStateMachine : class, SagaStateMachine<TState>
        where TState : class, SagaStateMachineInstance
    {
        builder.AddJobRunner(retryDelay, type);
        builder.Services.AddSingleton<IEndpointMap>(new LaneEndpoints(type, (context, endpoint) =>
        {
            EndpointConventions.ApplyWithConsumer(context, endpoint);
            endpoint.ConfigureSaga<TState>(context);
        }));
        builder.AddBus(bus =>
        {
            var saga = bus.AddSagaStateMachine<TStateMachine, TState>();
            saga.ExcludeFromConfigureEndpoints();
            configure(saga);
        });
        return builder;
    }

    /// <summary>Adds the job type, and with the first one the services that run jobs of every type.</summary>
    private static void AddJobRunner(this WebApplicationBuilder builder, TimeSpan retryDelay, JobType type)
    {
        var services = builder.Services;
        services.Configure<RetryOptions>(retry => retry.Delay = retryDelay);
        services.AddValidatedOptions<JobsOptions>(JobsOptions.Section);
        services.AddJobWorker(type);
        if (services.Any(service => service.ServiceType == typeof(WorkerIdentity)))
            return;
        services.AddValidatedOptions<OutageOptions>(OutageOptions.Section);
        services.AddSingleton<ISharedServers, SharedServers>();
        services.AddSingleton<IValidateOptions<JobsOptions>, ShutdownOrder>();
        services.AddSingleton(provider => CreateWorker(provider.GetRequiredService<ServiceIdentity>()));
        services.AddHostedService<DrainedEndpoints>();
        services.AddSingleton<DetachedJobs>();
        services.AddHostedService(provider => provider.GetRequiredService<DetachedJobs>());
        services.AddSingleton<ErrorQueueSweeper.Signal>();
        services.AddSingleton(provider => provider.GetRequiredService<ErrorQueueSweeper.Signal>().Handler);
        services.AddHostedService<ErrorQueueSweeper>();
    }

    private static WorkerIdentity CreateWorker(ServiceIdentity identity) => new(identity.Service, identity.Version, identity.WorkerId);
}
