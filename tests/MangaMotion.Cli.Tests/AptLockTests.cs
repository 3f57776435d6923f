using MangaMotion.Cli.Setup;

namespace MangaMotion.Cli.Tests;

public sealed class AptLockTests
{
    /// <summary>Text of apt 2.6.1 while another process holds a lock.</summary>
    private const string Locked =
        """
        Reading package lists...
        E: Could not get lock /var/lib/apt/lists/lock. It is held by process 2815 (unattended-upgr)
        E: Unable to lock directory /var/lib/apt/lists/
        """;

    [Theory]
    [InlineData(Locked, "process 2815 (unattended-upgr)")]
    [InlineData("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt-get)", "process 7 (apt-get)")]
    [InlineData("E: Could not get lock /var/lib/dpkg/lock - open (11: Resource temporarily unavailable)", "another process")]
    [InlineData("E: Unable to locate package nonsense", null)]
    public void The_holder_of_the_lock_is_read_from_the_output(string output, string? holder) =>
        AptLock.FindHolder(output).ShouldBe(holder);

    [Fact]
    public async Task A_held_lock_is_reported_once_and_waited_for()
    {
        var lines = new Lines();
        var runs = new Queue<string?>(["process 7 (apt-get)", "process 7 (apt-get)", null]);

        await AptLock.WaitAsync(() => Task.FromResult(runs.Dequeue()), lines, new FastTime(), CancellationToken.None);

        runs.ShouldBeEmpty();
        lines.ShouldBe(["waiting for the lock of apt, which process 7 (apt-get) holds"]);
    }

    [Fact]
    public async Task A_lock_that_stays_held_ends_with_its_holder()
    {
        var held = () => Task.FromResult<string?>("process 7 (apt-get)");
        var wait = () => AptLock.WaitAsync(held, new Lines(), new FastTime(), CancellationToken.None);

        (await wait.ShouldThrowAsync<CommandException>()).Message.ShouldContain("process 7 (apt-get)");
    }

    private sealed class Lines : List<string>, IProgress<string>
    {
        public void Report(string value) => Add(value);
    }

    /// <summary>Clock that jumps to the end of each delay.</summary>
    private sealed class FastTime : TimeProvider
    {
        private TimeSpan _passed;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _passed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero)
                _passed += dueTime;
            return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
