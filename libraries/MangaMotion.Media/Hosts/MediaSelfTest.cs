using MangaMotion.Media.Processes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Media.Hosts;

/// <summary>
/// Tests whether this machine can start media tools: a trivial program in the sandbox, then a host process with its libraries. Runs at the
/// start, after each failure that the machine may have caused, and every <see cref="Pause"/> until it passes.
/// </summary>
public sealed class MediaSelfTest(Sandbox sandbox, MediaHostPool hosts, ILogger<MediaSelfTest> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _suspected = new(0, 1);
    private TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why this machine cannot process media now; null while the last test passed.</summary>
    public string? Failure { get; private set; } = "the first self-test has not ended";

    /// <summary>Name of the sandbox in use, such as <c>landlock</c>.</summary>
    public string SandboxName => sandbox.Name;

    /// <summary>Waits until a test has passed; completes at once if the last one passed.</summary>
    public Task WaitUntilPassedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _passed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Requests another test, after a job failed and the machine may be the cause.</summary>
    public void RequestTest()
    {
        lock (_lock)
        {
            if (_suspected.CurrentCount == 0)
                _suspected.Release();
        }
    }

    public override void Dispose()
    {
        _suspected.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var failures = 0; ; failures = Failure is null ? 0 : failures + 1)
            {
                Record(await TestAsync(stoppingToken), failures);
                await _suspected.WaitAsync(Failure is null ? Timeout.InfiniteTimeSpan : Pause, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Expected when the service stops.
        }
    }

    private async Task<string?> TestAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Task.Run(sandbox.FindFailure, cancellationToken) is { } reason)
                return $"the sandbox {sandbox.Name} does not start: {reason}";
            await hosts.TestStartAsync(cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is MediaException or IOException or UnauthorizedAccessException)
        {
            return failure is MediaException { Detail: { } detail } ? detail : failure.Message;
        }
    }

    private void Record(string? failure, int failures)
    {
        if (failure is null && failures > 0)
            log.SelfTestPassedAgain(failures);
        else if (failure is not null && failure != Failure)
            log.SelfTestFailed(failure, Pause);
        lock (_lock)
        {
            Failure = failure;
            if (failure is null)
                _passed.TrySetResult();
            else if (_passed.Task.IsCompleted)
                _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
