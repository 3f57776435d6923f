using System.ComponentModel.DataAnnotations;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Broker, shutdown and prefetch of the bus. Section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    public const string Section = "Bus";

    /// <summary>Kind of message broker. Only <c>rabbitmq</c> exists. Also <c>QUEUE_BACKEND</c>.</summary>
    [AllowedValues("rabbitmq", ErrorMessage = "MangaMotion sends messages through RabbitMQ only. Leave it out, or set rabbitmq")]
    public string Backend { get; set; } = "rabbitmq";

    /// <summary>Time after SIGTERM in which running consumers may end before their messages are handed back.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Messages that a lane prefetches for each consumer. More hide the latency of the broker; fewer spread work better over workers.
    /// </summary>
    [Range(1, 20)]
    public int PrefetchPerConsumer { get; set; } = 2;
}

/// <summary>Address of RabbitMQ. Section <c>ConnectionStrings</c>.</summary>
public sealed class BrokerConnectionString : IValidatableObject
{
    /// <summary><c>amqp[s]://user:password@host:port/vhost</c>.</summary>
    public string? RabbitMq { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(RabbitMq))
            yield return new("is not set. Give a URI such as amqp://user:password@host:5672/vhost.", [nameof(RabbitMq)]);
        else if (!BrokerAddress.TryParse(RabbitMq, out _, out var problem))
            yield return new(problem, [nameof(RabbitMq)]);
    }
}
