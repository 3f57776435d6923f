using MangaMotion.Client;
using MangaMotion.Console;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MangaMotion.Architecture;

/// <summary>Memory use of the console's live topics.</summary>
public sealed class LiveTopicTests
{
    [Fact]
    public async Task A_topic_keeps_no_component_of_earlier_reads()
    {
        using var connections = new ApiConnections(Options.Create(new ConsoleOptions()));
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var session = new Session("id", Guid.Empty, "key", Guid.Empty, IsFirst: false, [], "secret");
        var fourthRead = new TaskCompletionSource();
        var (reads, live) = (0, new Counter());
        await using var topic = new LiveTopic(
            ReadAsync, "count", session, connections, services.GetRequiredService<IServiceScopeFactory>(), NullLogger.Instance);

        topic.Start();
        await fourthRead.Task.WaitAsync(TestContext.Current.CancellationToken);

        live.Count.ShouldBe(0, "components of three reads");

        Task<IReadOnlyList<Region>> ReadAsync(
            MangaMotionClient client, Session reader, string argument, CancellationToken cancellationToken)
        {
            if (++reads == 4)
            {
                fourthRead.SetResult();
                return Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith<IReadOnlyList<Region>>(_ => [], TaskScheduler.Default);
            }

            return Task.FromResult<IReadOnlyList<Region>>([Region.Of<Part>("part", (nameof(Part.Live), live))]);
        }
    }

    private sealed class Counter
    {
        public int Count;
    }

    private sealed class Part : IComponent, IDisposable
    {
        [Parameter]
        public object? Live { get; set; }

        public void Attach(RenderHandle renderHandle) => renderHandle.Dispatcher.AssertAccess();

        public Task SetParametersAsync(ParameterView parameters)
        {
            Live = parameters.GetValueOrDefault<object>(nameof(Live));
            Interlocked.Increment(ref ((Counter)Live!).Count);
            return Task.CompletedTask;
        }

        public void Dispose() => Interlocked.Decrement(ref ((Counter)Live!).Count);
    }
}
