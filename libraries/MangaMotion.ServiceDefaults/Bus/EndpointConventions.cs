using MangaMotion.Jobs;
using MangaMotion.Jobs.Failures;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>What holds for every receive endpoint of every service.</summary>
internal static class EndpointConventions
{
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(5);

    /// <summary>Time for which a message may stay unacknowledged. A paused lane holds messages longer than any job runs.</summary>
    private static readonly TimeSpan HoldTimeout = TimeSpan.FromDays(2);

    /// <summary>17,280 pauses of 5 s: the database may be down for 24 h before messages move to <c>_error</c>.</summary>
    private const int OutagePauses = 24 * 60 * 60 / 5;

    /// <summary>The queue. For a job's endpoint that is all: the job runner owns attempts and transactions.</summary>
    public static void Apply(IRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        var settings = ((IRabbitMqReceiveEndpointConfiguration)endpoint).Settings;

        // The endpoint of one instance (replies, broadcasts) goes with it; a quorum queue cannot.
        if (settings.AutoDelete)
            return;

        // RabbitMQ 4.3 and newer read it and use it in place of their own consumer_timeout; older ones ignore it.
        settings.ConsumeArguments["x-consumer-timeout"] = (long)HoldTimeout.TotalMilliseconds;

        // Written down by a majority before the broker confirms; its _error queue inherits the type.
        rabbit.SetQuorumQueue();
        rabbit.DeclareErrorQueue();
        context.GetRequiredService<BusQueues>().Add(settings.QueueName);
    }

    /// <summary>
    /// The queue, and what makes a consumer or saga safe on it, outer to inner: an outage of the database is waited out with
    /// the message in hand; another failure is redelivered later, as often and after such waits as <c>Retry</c> says; what the
    /// consumer writes and sends is one transaction, and a repeated message does nothing.
    /// </summary>
    public static void ApplyWithConsumer(IRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        Apply(context, endpoint);
        var retry = context.GetRequiredService<IOptions<RetryOptions>>().Value;

        // Redelivery is scheduled in the database, so while that is away it would fail, and the message go to _error.
        endpoint.UseMessageRetry(policy =>
        {
            policy.Handle<Exception>(IsDatabaseOutage);
            policy.Interval(OutagePauses, OutagePause);
        });
        if (retry.MaxAttempts > 1)
        {
            endpoint.UseScheduledRedelivery(policy =>
            {
                policy.Handle<Exception>(e => !IsDatabaseOutage(e) && e is not PermanentJobException);
                policy.Intervals([.. Enumerable.Range(1, retry.MaxAttempts - 1).Select(attempt => retry.DelayAfter(attempt, random: 0.5))]);
            });
        }

        endpoint.UsePostgresOutbox(context);
    }

    private static bool IsDatabaseOutage(Exception exception) => Outage.KindOf(exception) == Outage.Database;
}
