using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.ServiceDefaults.Tests.Support;

public sealed record Sample
{
    public required string Text { get; init; }
}

/// <summary>Consumer that records its messages in the sink and calls the handler of the test.</summary>
public sealed class SampleConsumer(SampleSink sink) : IConsumer<Sample>
{
    public Task Consume(ConsumeContext<Sample> context)
    {
        sink.Consumed.Enqueue(context.Message.Text);
        return sink.Handle(context);
    }
}

public sealed class SampleSink
{
    public ConcurrentQueue<string> Consumed { get; } = new();

    public Func<ConsumeContext<Sample>, Task> Handle { get; set; } = _ => Task.CompletedTask;
}

internal static class SampleRegistration
{
    /// <summary>Adds the consumer on the queue <c>sample</c>.</summary>
    public static SampleSink AddSampleConsumer(this IBusRegistrationConfigurator bus)
    {
        var sink = new SampleSink();
        bus.AddSingleton(sink);
        bus.AddConsumer<SampleConsumer>();
        return sink;
    }
}
