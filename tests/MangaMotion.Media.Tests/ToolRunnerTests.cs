using System.Net;
using System.Net.Sockets;
using System.Text;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

public sealed class ToolRunnerTests : IAsyncLifetime
{
    /// <summary>Random duration by which this test finds its own sleeping processes.</summary>
    private readonly string _nap = $"{Random.Shared.NextInt64(1_000_000_000, 9_000_000_000)}";

    private readonly MediaRig _rig = new(options => options.Limits.OutputBytes = 2_000_000);
    private Workspaces.Workspace _workspace = null!;

    private ToolRunner Runner => _rig.Tools;

    public ValueTask InitializeAsync()
    {
        _workspace = _rig.Root.Create();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_tool_gets_its_arguments_unchanged_and_its_exit_code_is_returned()
    {
        var result = await Runner.RunAsync(Script("printf '%s|' \"$@\"; exit 3", "a b", "$HOME", "-y", "%03d", "\n"), default);

        (result.ExitCode, Encoding.UTF8.GetString(result.Stdout)).ShouldBe((3, "a b|$HOME|-y|%03d|\n|"));
    }

    [Fact]
    public async Task A_tool_sees_only_its_own_directory_and_its_input()
    {
        await File.WriteAllTextAsync(_workspace.Input, "the input");
        await File.WriteAllTextAsync(Path.Combine(_workspace.Location, "neighbour"), "not yours");

        var result = await Runner.RunAsync(Script("cat input; ls; ls /; ls ..") with { Input = _workspace.Input }, default);

        var seen = Encoding.UTF8.GetString(result.Stdout);
        seen.ShouldStartWith("the input");
        if (_rig.Sandbox.Kind == SandboxKind.Bubblewrap)
        {
            seen.ShouldNotContain("neighbour");
            seen.ShouldNotContain("root");
        }
    }

    [Fact]
    public async Task A_tool_cannot_change_its_input()
    {
        Assert.SkipUnless(_rig.Sandbox.Kind == SandboxKind.Bubblewrap, "only bubblewrap mounts read-only");
        await File.WriteAllTextAsync(_workspace.Input, "the input");

        var result = await Runner.RunAsync(Script("echo changed > input") with { Input = _workspace.Input }, default);

        result.ExitCode.ShouldNotBe(0);
        (await File.ReadAllTextAsync(_workspace.Input)).ShouldBe("the input");
    }

    [Fact]
    public async Task A_tool_reaches_no_network_including_loopback()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var result = await Runner.RunAsync(Script($"echo hello > /dev/tcp/127.0.0.1/{port}"), default);

        result.ExitCode.ShouldNotBe(0);
        listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task A_tool_inherits_no_environment()
    {
        Environment.SetEnvironmentVariable("MM_TEST_SECRET", "secret");

        var result = await Runner.RunAsync(Script("env"), default);

        Encoding.UTF8.GetString(result.Stdout).ShouldNotContain("secret");
    }

    [Fact]
    public async Task Exceeding_the_processor_time_is_a_fault_of_the_file()
    {
        var failure = await Runner.RunAsync(Script("while :; do :; done") with { CpuSeconds = 1, Subject = "PDF" }, default)
            .ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.cpu", 1));
        failure.OwnerMessage.ShouldContain("PDF");
    }

    [Fact]
    public async Task Exceeding_the_wall_time_can_be_retried_and_all_processes_have_ended()
    {
        var failure = await Runner.RunAsync(Script($"sleep {_nap} & sleep {_nap}") with { WallSeconds = 1 }, default)
            .ShouldThrowAsync<ToolFailedException>();

        failure.Permanent.ShouldBeFalse();
        Sleepers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Canceling_kills_the_tool_and_all_processes_it_started()
    {
        using var cancel = new CancellationTokenSource();
        var run = Runner.RunAsync(Script($"sleep {_nap} & sleep {_nap}"), cancel.Token);
        await Eventually.HoldsAsync(() => Sleepers().Count >= 2, "the tool runs");

        await cancel.CancelAsync();

        await run.ShouldThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(() => Sleepers().Count == 0, "nothing runs any more");
    }

    [Fact]
    public async Task A_tool_canceled_before_it_has_its_process_group_is_killed()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();

        // The tool never ends, because its output is not read. The signal meets its start at a random moment.
        for (var n = 0; n < 30; n++)
            await Runner.RunAsync(Script("exec cat /dev/zero"), canceled.Token).WaitAsync(TimeSpan.FromMinutes(1))
                .ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_file_over_the_size_limit_ends_the_tool()
    {
        var failure = await Runner.RunAsync(Script("exec head -c 3000000 /dev/zero > large"), default)
            .ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.output", 2_000_000));
    }

    [Fact]
    public async Task Too_much_standard_output_ends_the_tool()
    {
        var failure = await Runner.RunAsync(Script("exec cat /dev/zero") with { StdoutBytes = 10_000 }, default)
            .ShouldThrowAsync<MediaLimitException>();

        failure.Code.ShouldBe("media.limit.output");
    }

    [Fact]
    public async Task Only_the_end_of_a_long_stderr_is_kept()
    {
        var result = await Runner.RunAsync(Script("head -c 5000000 /dev/zero | tr '\\0' x >&2; echo the end >&2"), default);

        result.Stderr.Length.ShouldBeLessThan(10_000);
        result.Stderr.ShouldEndWith("the end");
    }

    [Fact]
    public async Task A_tool_killed_from_outside_can_be_retried()
    {
        var failure = await Runner.RunAsync(Script("kill -SEGV $$"), default).ShouldThrowAsync<ToolFailedException>();

        (failure.Signal, failure.Permanent).ShouldBe((11, false));
    }

    [Fact]
    public async Task Processes_that_outlive_the_tool_are_killed_and_not_waited_for()
    {
        await using var rig = new MediaRig(options => (options.Sandbox, options.Limits.WallSeconds) = (SandboxKind.None, 3_600));

        var failure = await rig.Tools.RunAsync(Script($"sleep {_nap} & kill -KILL $$"), default).WaitAsync(TimeSpan.FromMinutes(1))
            .ShouldThrowAsync<ToolFailedException>();

        failure.Signal.ShouldBe(9);
        await Eventually.HoldsAsync(() => Sleepers().Count == 0, "nothing runs any more");
    }

    [Theory]
    [InlineData(SandboxKind.Auto)]
    [InlineData(SandboxKind.None)]
    public async Task Links_and_pipes_are_rejected_as_outputs(SandboxKind kind)
    {
        await using var rig = new MediaRig(options => options.Sandbox = kind);
        var run = Script("echo made > file; ln -s file link; ln -s nowhere broken; mkfifo pipe; touch empty");

        (await rig.Tools.RunAsync(run, default)).ExitCode.ShouldBe(0);

        Directory.GetFiles(run.Directory).Select(Path.GetFileName).ShouldBe(["file"]);
    }

    [Fact]
    public async Task An_unreadable_input_and_a_tool_that_stops_reading_are_different_outcomes()
    {
        var noMore =
            Script("exec 0<&-; sleep 0.1") with { WriteStdin = (stream, token) => stream.WriteAsync(new byte[1_000_000], token).AsTask() };
        (await Runner.RunAsync(noMore, default)).ExitCode.ShouldBe(0);

        var missing = Path.Combine(_workspace.Location, "missing");
        var unread = Script("cat") with
        {
            WriteStdin = async (stream, token) => await stream.WriteAsync(await File.ReadAllBytesAsync(missing, token), token),
        };
        await Runner.RunAsync(unread, default).ShouldThrowAsync<FileNotFoundException>();
    }

    [Fact]
    public async Task The_operator_sees_the_name_of_a_missing_tool()
    {
        var failure = await Runner.RunAsync(Script("") with { Tool = "no-such-tool" }, default).ShouldThrowAsync<ToolFailedException>();

        failure.Message.ShouldContain("no-such-tool: it is not installed here");
        failure.OwnerMessage.ShouldNotContain("no-such-tool");
    }

    private ToolRun Script(string script, params string[] arguments) => new()
    {
        Tool = "bash",
        Arguments = ["-c", script, "bash", .. arguments],
        Directory = _workspace.NewDirectory(),
    };

    private List<string> Sleepers() =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out var id) && Eventually.Lives(id))
            .Select(path => TryRead($"{path}/cmdline")).Where(line => line.StartsWith($"sleep\0{_nap}", StringComparison.Ordinal)),
    ];

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
