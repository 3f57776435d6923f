using System.Net;
using System.Net.Sockets;
using System.Text;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

public sealed class ToolRunnerTests : IAsyncLifetime
{
    /// <summary>How long this test's own sleepers sleep: no other process on the machine is taken for one of them.</summary>
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
    public async Task A_tool_gets_its_arguments_as_they_are_and_its_exit_code_is_told()
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
    public async Task A_tool_reaches_no_network_not_even_this_machine()
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
    public async Task Processor_time_used_up_is_the_files_fault()
    {
        var failure = await Runner.RunAsync(Script("while :; do :; done") with { CpuSeconds = 1, Subject = "PDF" }, default)
            .ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.cpu", 1));
        failure.OwnerMessage.ShouldContain("PDF");
    }

    [Fact]
    public async Task Wall_time_used_up_without_computing_is_tried_again_and_all_that_was_started_is_dead()
    {
        var failure = await Runner.RunAsync(Script($"sleep {_nap} & sleep {_nap}") with { WallSeconds = 1 }, default).ShouldThrowAsync<ToolFailedException>();

        failure.Permanent.ShouldBeFalse();
        Sleepers().ShouldBeEmpty();
    }

    [Fact]
    public async Task Canceling_kills_the_tool_and_all_that_it_has_started()
    {
        using var cancel = new CancellationTokenSource();
        var run = Runner.RunAsync(Script($"sleep {_nap} & sleep {_nap}"), cancel.Token);
        await Eventually.HoldsAsync(() => Sleepers().Count >= 2, "the tool runs");

        await cancel.CancelAsync();

        await run.ShouldThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(() => Sleepers().Count == 0, "nothing runs any more");
    }

    [Fact]
    public async Task Canceled_before_it_has_a_group_of_its_own_a_tool_is_killed_all_the_same()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();

        // It would never end by itself: nobody reads what it writes. Which moment of its start the signal meets is chance.
        for (var n = 0; n < 30; n++)
            await Runner.RunAsync(Script("exec cat /dev/zero"), canceled.Token).WaitAsync(TimeSpan.FromMinutes(1)).ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Too_large_a_file_ends_the_tool()
    {
        var failure = await Runner.RunAsync(Script("exec head -c 3000000 /dev/zero > large"), default).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.output", 2_000_000));
    }

    [Fact]
    public async Task Too_much_standard_output_ends_the_tool()
    {
        var failure = await Runner.RunAsync(Script("exec cat /dev/zero") with { StdoutBytes = 10_000 }, default).ShouldThrowAsync<MediaLimitException>();

        failure.Code.ShouldBe("media.limit.output");
    }

    [Fact]
    public async Task Only_the_end_of_a_flood_on_stderr_is_kept()
    {
        var result = await Runner.RunAsync(Script("head -c 5000000 /dev/zero | tr '\\0' x >&2; echo the end >&2"), default);

        result.Stderr.Length.ShouldBeLessThan(10_000);
        result.Stderr.ShouldEndWith("the end");
    }

    [Fact]
    public async Task A_tool_killed_by_somebody_is_tried_again()
    {
        var failure = await Runner.RunAsync(Script("kill -SEGV $$"), default).ShouldThrowAsync<ToolFailedException>();

        (failure.Signal, failure.Permanent).ShouldBe((11, false));
    }

    [Fact]
    public async Task What_outlives_the_process_that_was_started_is_killed_and_not_waited_for()
    {
        await using var rig = new MediaRig(options => (options.Sandbox, options.Limits.WallSeconds) = (SandboxKind.None, 3_600));

        var failure = await rig.Tools.RunAsync(Script($"sleep {_nap} & kill -KILL $$"), default).WaitAsync(TimeSpan.FromMinutes(1)).ShouldThrowAsync<ToolFailedException>();

        failure.Signal.ShouldBe(9);
        await Eventually.HoldsAsync(() => Sleepers().Count == 0, "nothing runs any more");
    }

    [Theory]
    [InlineData(SandboxKind.Auto)]
    [InlineData(SandboxKind.None)]
    public async Task Links_and_pipes_are_no_outputs(SandboxKind kind)
    {
        await using var rig = new MediaRig(options => options.Sandbox = kind);
        var run = Script("ln -s /etc/passwd link; ln -s nowhere broken; mkfifo pipe; touch empty; echo made > file");

        (await rig.Tools.RunAsync(run, default)).ExitCode.ShouldBe(0);

        Directory.GetFiles(run.Directory).Select(Path.GetFileName).ShouldBe(["file"]);
    }

    [Fact]
    public async Task What_cannot_be_read_for_a_tool_is_told_apart_from_a_tool_that_has_read_enough()
    {
        var noMore = Script("exec 0<&-; sleep 0.1") with { WriteStdin = (stream, token) => stream.WriteAsync(new byte[1_000_000], token).AsTask() };
        (await Runner.RunAsync(noMore, default)).ExitCode.ShouldBe(0);

        var missing = Path.Combine(_workspace.Location, "missing");
        var unread = Script("cat") with { WriteStdin = async (stream, token) => await stream.WriteAsync(await File.ReadAllBytesAsync(missing, token), token) };
        await Runner.RunAsync(unread, default).ShouldThrowAsync<FileNotFoundException>();
    }

    [Fact]
    public async Task A_missing_tool_is_named_for_the_operator()
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
