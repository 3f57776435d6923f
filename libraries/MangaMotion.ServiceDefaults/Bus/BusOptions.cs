using System.ComponentModel.DataAnnotations;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>How the bus behaves. Section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    public const string Section = "Bus";

    /// <summary>The grace period: how long work in hand may go on after SIGTERM before it is handed back.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Messages a lane fetches ahead for each one it works on: more hides the broker's latency, fewer share out better.</summary>
    [Range(1, 20)]
    public int PrefetchPerConsumer { get; set; } = 2;
}

/// <summary>Where RabbitMQ is. Section <c>ConnectionStrings</c>.</summary>
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
