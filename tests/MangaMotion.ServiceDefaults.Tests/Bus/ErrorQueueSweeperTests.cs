using MangaMotion.Jobs;
using MangaMotion.Jobs.Reconciling;
using MangaMotion.ServiceDefaults.Jobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.ServiceDefaults.Tests.Bus;

public sealed class ErrorQueueSweeperTests
{
    /// <summary>
    /// Tests a cancellation by RabbitMQ's client, which happens when the broker does not answer and not when the service stops.
    /// </summary>
    [Fact]
    public async Task A_sweeper_goes_on_after_a_broker_that_did_not_answer()
    {
        var depths = new Depths();
        var signal = new ErrorQueueSweeper.Signal();
        using var sweeper = new ErrorQueueSweeper(
            broker: null!, depths, deadLetters: null!, database: null!, new JobTypes([JobTypes.Thumbnail]), signal,
            NullLogger<ErrorQueueSweeper>.Instance);
        await sweeper.StartAsync(default);
        signal.Handler.Handle("");
        await depths.First.Task.WaitAsync(TimeSpan.FromSeconds(30));

        signal.Handler.Handle("");

        await depths.Second.Task.WaitAsync(TimeSpan.FromSeconds(30));
        sweeper.ExecuteTask!.IsCompleted.ShouldBeFalse();
        await sweeper.StopAsync(default);
    }

    private sealed class Depths : IQueueDepths
    {
        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Second { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyDictionary<string, long>> GetAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken)
        {
            if (First.TrySetResult())
                throw new OperationCanceledException("the broker is silent");
            Second.TrySetResult();
            return Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>());
        }

        public Task<IReadOnlyDictionary<string, QueueState>> InspectAsync(
            IReadOnlyCollection<string> queues, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
