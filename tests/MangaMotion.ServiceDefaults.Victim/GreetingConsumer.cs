using MassTransit;

namespace MangaMotion.ServiceDefaults.Victim;

public sealed record Greeting
{
    public required string Name { get; init; }
}

public sealed class GreetingConsumer(ILogger<GreetingConsumer> logger) : IConsumer<Greeting>
{
    public Task Consume(ConsumeContext<Greeting> context)
    {
        using (logger.BeginScope(
            new Dictionary<string, object>(StringComparer.Ordinal) { ["job_id"] = context.MessageId!, ["attempt"] = 1 }))
            logger.LogInformation("Hello {Name}.", context.Message.Name);
        return Task.CompletedTask;
    }
}
