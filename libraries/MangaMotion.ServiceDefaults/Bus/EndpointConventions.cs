using MangaMotion.Jobs;
using MangaMotion.Jobs.Failures;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Configures the receive endpoints of all services.</summary>
internal static class EndpointConventions
{
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(5);

    /// <summary>Time for which a message may stay unacknowledged. A paused lane holds messages longer than any job runs.</summary>
    private static readonly TimeSpan HoldTimeout = TimeSpan.FromDays(2);

    /// <summary>17,280 pauses of 5 s: the database may be down for 24 h before messages move to <c>_error</c>.</summary>
    private const int OutagePauses = 24 * 60 * 60 / 5;

    /// <summary>Configures the queue. An endpoint of jobs needs nothing else: the job runner owns attempts and transactions.</summary>
    public static void Apply(IRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        var settings = ((IRabbitMqReceiveEndpointConfiguration)endpoint).Settings;

        // The endpoint of one instance (replies, broadcasts) is deleted with it. A quorum queue cannot be.
        if (settings.AutoDelete)
            return;

        // RabbitMQ 4.3 and newer use it instead of their consumer_timeout; older ones ignore it.
        settings.ConsumeArguments["x-consumer-timeout"] = (long)HoldTimeout.TotalMilliseconds;

        // A majority stores a message before the broker confirms it. The _error queue inherits the type.
        rabbit.SetQuorumQueue();
        rabbit.DeclareErrorQueue();
        context.GetRequiredService<BusQueues>().Add(settings.QueueName);
    }

    /// <summary>
    /// Configures the queue and, from the outside to the inside, what a consumer or saga on it needs:
    /// during an outage of the database, the message is held and retried;
    /// after another failure, it is redelivered by the options <c>Retry</c>;
    /// the writes and messages of the consumer are one transaction, and a repeated message has no effect.
    /// </summary>
    public static void ApplyWithConsumer(IRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        Apply(context, endpoint);
        var retry = context.GetRequiredService<IOptions<RetryOptions>>().Value;

        // Redelivery is scheduled in the database. While the database is unavailable, it would fail and move the message to _error.
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
                policy.Intervals(
                    [.. Enumerable.Range(1, retry.MaxAttempts - 1).Select(attempt => retry.DelayAfter(attempt, random: 0.5))]);
            });
        }

        endpoint.UsePostgresOutbox(context);
    }

    private static bool IsDatabaseOutage(Exception exception) => Outage.KindOf(exception) == Outage.Database;
}
