using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

/// <summary>Limits of a compromised process, by sandbox. docs/operations.md has the same table.</summary>
public sealed class SandboxTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("mm-outside-").FullName;

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Theory]
    [InlineData(SandboxKind.Bubblewrap, false)]
    [InlineData(SandboxKind.Landlock, false)]
    [InlineData(SandboxKind.Seccomp, true)]
    [InlineData(SandboxKind.None, true)]
    public async Task Files_outside_the_job_can_be_read_and_written_only_in_a_weak_sandbox(SandboxKind kind, bool allowed)
    {
        var secret = Path.Combine(_outside, "secret");
        await File.WriteAllTextAsync(secret, "secret");

        (await RunAsync(kind, $"read -r word < {secret}; echo \"$word\"")).Contains("secret", StringComparison.Ordinal).ShouldBe(allowed);
        await RunAsync(kind, $"echo changed > {secret}; echo new > {_outside}/new");

        (await File.ReadAllTextAsync(secret)).StartsWith("changed", StringComparison.Ordinal).ShouldBe(allowed);
        File.Exists(Path.Combine(_outside, "new")).ShouldBe(allowed);
    }

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    [InlineData(SandboxKind.None)]
    public async Task A_process_reads_its_input_and_writes_in_its_directory(SandboxKind kind) =>
        (await RunAsync(kind, "read -r word < input; echo \"$word\" > made; read -r word < made; echo \"$word\"")).ShouldStartWith(
            "the input");

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    public async Task No_server_can_be_reached_by_network_or_socket_file(SandboxKind kind)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var path = Path.Combine(_outside, "socket");
        using var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        local.Bind(new UnixDomainSocketEndPoint(path));
        local.Listen();
        Vips.Run("chmod", "a+rwx", _outside, path);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var said = await RunAsync(
            kind,
            $"perl -e 'socket(my $s, 2, 1, 0) or print \"no internet: $!\\n\"; connect($s, pack(q(S n C4 x8), 2, {port}, 127, 0, 0, 1)) "
                + "and print \"connected\\n\"; "
            + $"socket(my $u, 1, 1, 0) or print \"no local: $!\\n\"; connect($u, pack(q(S Z*), 1, q({path}))) and print \"connected\\n\"'");

        said.ShouldNotContain("connected");
        listener.Pending().ShouldBeFalse();
        if (kind != SandboxKind.Bubblewrap)
            said.ShouldBe("no internet: Operation not permitted\nno local: Operation not permitted\n");
    }

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Landlock)]
    public async Task The_environment_and_memory_of_the_worker_cannot_be_read(SandboxKind kind)
    {
        Environment.SetEnvironmentVariable("MM_TEST_SECRET", "password");
        var id = Environment.ProcessId;

        (await RunAsync(kind, $"exec cat /proc/{id}/environ /proc/{id}/maps /proc/{id}/root{typeof(SandboxTests).Assembly.Location}"))
            .ShouldBe("");
    }

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Landlock)]
    public async Task The_worker_cannot_be_signalled(SandboxKind kind)
    {
        Assert.SkipWhen(kind == SandboxKind.Landlock && Landlock.Version < 6, "Landlock keeps signals in since Linux 6.12");

        (await RunAsync(kind, $"kill -0 {Environment.ProcessId} && echo signalled")).ShouldBe("");
    }

    [Theory]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    public async Task No_process_can_be_started_and_none_is_left(SandboxKind kind)
    {
        (await RunAsync(kind, "exec perl -e 'defined(fork) or print \"no fork: $!\\n\"'")).ShouldBe("no fork: Operation not permitted\n");
        var (unshare, limit) = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (97, 261) : (272, 302);
        (await RunAsync(kind, $"exec perl -e 'syscall({unshare}, 0x10000000) and print \"no namespace: $!\\n\"'")).ShouldBe(
            "no namespace: Operation not permitted\n");
        (await RunAsync(kind, $"exec perl -e 'my $l = pack(q(QQ), 65536, 65536); syscall({limit}, {Environment.ProcessId}, 7, $l, 0) and "
            + "print \"no limit: $!\\n\"'"))
            .ShouldBe("no limit: Operation not permitted\n");
    }

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    public async Task No_capability_is_held_and_none_can_be_gained(SandboxKind kind)
    {
        var said = await RunAsync(kind, "grep -E 'CapPrm|CapEff|CapAmb|NoNewPrivs' /proc/self/status");

        said.Replace("\t", "").ShouldBe("CapPrm:0000000000000000\nCapEff:0000000000000000\nCapAmb:0000000000000000\nNoNewPrivs:1\n");
    }

    [Fact]
    public async Task A_process_under_Landlock_cannot_run_a_program_that_it_wrote() =>
        (await RunAsync(SandboxKind.Landlock, "exec perl -e 'sysopen(my $f, q(made), 0101, 0755); print $f qq(#!/bin/sh\necho ran\n); "
            + "close $f; exec q(./made) or print qq(refused: $!\n)'"))
            .ShouldBe("refused: Permission denied\n");

    [Theory]
    [InlineData(SandboxKind.Bubblewrap)]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    [InlineData(SandboxKind.None)]
    public async Task A_program_that_is_not_installed_is_a_fault_of_the_machine(SandboxKind kind)
    {
        await using var rig = Rig(kind);
        await using var workspace = rig.Root.Create();

        var failure = await rig.Tools.RunAsync(
            new ToolRun { Tool = "no-such-tool", Arguments = [], Directory = workspace.NewDirectory() }, default)
            .ShouldThrowAsync<SandboxFailedException>();

        (failure.ProgramMissing, failure.Permanent).ShouldBe((true, false));
        failure.Detail!.ShouldStartWith("no-such-tool: it is not installed here");
    }

    /// <summary>Runs a script in bash, which starts only the last command, by exec.</summary>
    /// <returns>Standard output of the script.</returns>
    private static async Task<string> RunAsync(SandboxKind kind, string script)
    {
        Assert.SkipWhen(kind == SandboxKind.Landlock && Landlock.Missing is not null, Landlock.Missing ?? "");
        await using var rig = Rig(kind);
        await using var workspace = rig.Root.Create();
        await File.WriteAllTextAsync(workspace.Input, "the input\n");
        var run = new ToolRun { Tool = "bash", Arguments = ["-c", script], Directory = workspace.NewDirectory(), Input = workspace.Input };

        return Encoding.UTF8.GetString((await rig.Tools.RunAsync(run, default)).Stdout);
    }

    private static MediaRig Rig(SandboxKind kind) => new(options => options.Sandbox = kind);
}
