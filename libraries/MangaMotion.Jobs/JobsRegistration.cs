using MangaMotion.Jobs.Cancels;
using MangaMotion.Jobs.Changes;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Counts;
using MangaMotion.Jobs.Failures;
using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Notices;
using MangaMotion.Jobs.Parts;
using MangaMotion.Jobs.Pausing;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.Jobs.Replays;
using MangaMotion.Jobs.Running;
using MangaMotion.Jobs.Stats;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MangaMotion.Jobs;

public static class JobsRegistration
{
    /// <summary>
    /// Adds the services that accept, cancel and replay jobs and pause queues: <see cref="JobIntake"/>, <see cref="JobCancels"/>,
    /// <see cref="JobReplays"/>, <see cref="QueuePauses"/>. They need the bus.
    /// </summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, params IReadOnlyList<JobType> types)
    {
        services.AddSchema(new SchemaScripts("jobs", typeof(JobsRegistration).Assembly, "MangaMotion.Jobs.Schema."));
        foreach (var type in types)
            services.AddSingleton<JobType>(type);
        services.TryAddSingleton<JobTypes>();
        if (services.Any(service => service.ServiceType == typeof(JobChanges)))
            return services;
        services.AddSingleton<JobChanges>();
        services.AddHostedService(provider => provider.GetRequiredService<JobChanges>());
        services.AddSingleton<FairShare>();
        services.AddSingleton<JobIntake>();
        services.AddSingleton<JobParts>();
        services.AddSingleton<JobCancels>();
        services.AddSingleton<JobReplays>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<QueuePauses>();
        services.AddHostedService(provider => provider.GetRequiredService<QueuePauses>());
        services.AddSingleton(provider => QueuePauses.CreateHandler(provider.GetRequiredService<QueuePauses>()));
        services.AddHostedService<NoticeListener>();
        services.AddHostedService<JobCountFolder>();
        services.AddSingleton<JobPaces>();
        return services;
    }

    /// <summary>Adds the background service that carries out the rows of <c>replay_batches</c>.</summary>
    public static IServiceCollection AddReplayBatches(this IServiceCollection services)
    {
        services.AddSingleton<ReplayBatches>();
        services.AddSingleton<ReplayReleaser.Signal>();
        services.AddSingleton(provider => provider.GetRequiredService<ReplayReleaser.Signal>().Handler);
        services.AddHostedService<ReplayReleaser>();
        services.AddHostedService<NoticeListener>();
        return services;
    }

    /// <summary>
    /// Adds <see cref="IJobRunner"/> for jobs of these types, with heartbeat, reconciler and statistics. They need a
    /// <see cref="WorkerIdentity"/>, an <see cref="IQueueDepths"/>, <see cref="JobsOptions"/> and <see cref="RetryOptions"/>.
    /// </summary>
    public static IServiceCollection AddJobWorker(this IServiceCollection services, params IReadOnlyList<JobType> types)
    {
        services.AddJobs(types);
        if (services.Any(service => service.ServiceType == typeof(IJobRunner)))
            return services;
        services.AddSingleton<JobClaims>();
        services.AddSingleton<JobEndings>();
        services.AddSingleton<JobShutdown>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton(provider => new LaneGate(provider.GetRequiredService<IOptions<JobsOptions>>().Value.Concurrency));
        services.AddSingleton<BulkTurns>();
        services.AddHostedService(provider => provider.GetRequiredService<BulkTurns>());
        services.AddSingleton<OutageHold>();
        services.AddSingleton<WorkerDrain>();
        services.AddSingleton(provider => new NoticeHandler(WorkerDrain.Channel, worker =>
        {
            if (worker == provider.GetRequiredService<WorkerIdentity>().Id)
                provider.GetRequiredService<WorkerDrain>().Signal.Set();
        }));
        services.AddSingleton<JobEntrance>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<AttemptWork>();
        services.AddSingleton<JobAttempts>();
        services.AddSingleton<IJobRunner, JobRunner>();
        services.AddSingleton<JobLatencies>();
        services.AddHostedService(provider => provider.GetRequiredService<JobLatencies>());
        services.AddHostedService<Heartbeat>();
        services.AddSingleton(provider => new NoticeHandler(
            JobTransitions.CanceledChannel, token => provider.GetRequiredService<RunningJobs>().StopCanceled(Guid.Parse(token))));
        services.AddHostedService<Reconciler>();
        return services;
    }
}
