using MassTransit;

namespace MangaMotion.Messaging.Postgres.Victim;

/// <summary>Place at which the victim announces itself and waits until it is killed.</summary>
public static class StopPoint
{
    public const string Announcement = "REACHED";

    public static Task ReachedAsync()
    {
        Console.WriteLine(Announcement);
        return Task.Delay(Timeout.Infinite);
    }
}

internal sealed class BeforeSend : ISendObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class => StopPoint.ReachedAsync();

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}

internal sealed class AfterConfirm : ISendObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => StopPoint.ReachedAsync();

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}

internal sealed class BeforeAck : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        await next.Send(context);
        await StopPoint.ReachedAsync();
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("beforeAck");
}
