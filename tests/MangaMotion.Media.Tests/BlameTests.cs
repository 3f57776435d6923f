using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Media.Tests;

/// <summary>Causes of failures. The file is the cause only if a decoder reported an error in its bytes.</summary>
public sealed class BlameTests
{
    [Theory]
    [InlineData("[mjpeg @ 0x5581] No JPEG data found in image")]
    [InlineData("file:input: Invalid data found when processing input")]
    [InlineData("Stream map '0:a:0' matches no streams.")]
    public void A_file_is_damaged_if_a_decoder_reports_an_error(string said) =>
        Ffmpeg.Failure(MediaType.Jpeg, Result(said)).ShouldBeOfType<CorruptMediaException>();

    [Theory]
    [InlineData("")]
    [InlineData("file:input: Permission denied")]
    [InlineData("file:input: No such file or directory")]
    [InlineData("[AVFilterGraph @ 0x5581] Error initializing threading: Resource temporarily unavailable")]
    [InlineData(
        "ffmpeg: error while loading shared libraries: libavcodec.so.59: cannot open shared object file: No such file or directory")]
    public void A_file_without_output_and_without_a_decoder_error_is_not_damaged(string said)
    {
        var failure = Ffmpeg.Failure(MediaType.Jpeg, Result(said));

        failure.Permanent.ShouldBeFalse();
        failure.OwnerMessage.ShouldNotContain("damaged");
    }

    [Theory]
    [InlineData("Error creating thread: Resource temporarily unavailable", typeof(SandboxFailedException))]
    [InlineData("unable to open for read: Permission denied", typeof(ToolFailedException))]
    [InlineData("unable to call jpegsave: No space left on device", typeof(ScratchFullException))]
    [InlineData("", typeof(ToolFailedException))]
    [InlineData("VipsJpeg: premature end of JPEG image", typeof(CorruptMediaException))]
    public void A_host_process_blames_the_file_only_for_a_decoder_error(string said, Type failure) =>
        HostFailures.CreateException(new HostFailure(HostFailureKind.Corrupt, said), "vips", MediaType.Jpeg, new MediaLimits())
            .ShouldBeOfType(failure);

    [Theory]
    [InlineData("echo 'bash: fork: retry: Resource temporarily unavailable' >&2; exit 1")]
    [InlineData("echo 'Failed to create CoreCLR, HRESULT: 0x80070008' >&2; exit 137")]
    [InlineData("echo 'terminate called: pthread_create failed' >&2; exit 1")]
    [InlineData("echo 'bwrap: No permissions to create new namespace' >&2; exit 1")]
    [InlineData("echo 'confine: landlock_restrict_self: Operation not permitted' >&2; exit 126")]
    [InlineData("echo 'setpriv: failed to execute bwrap: No such file or directory' >&2; exit 127")]
    [InlineData("exit 126")]
    [InlineData("exit 127")]
    public async Task A_tool_that_gets_no_thread_or_does_not_start_is_a_fault_of_the_machine(string script)
    {
        await using var rig = new MediaRig(options => options.Sandbox = SandboxKind.None);
        await using var workspace = rig.Root.Create();

        var failure = await rig.Tools.RunAsync(
            new ToolRun { Tool = "bash", Arguments = ["-c", script], Directory = workspace.NewDirectory() }, default)
            .ShouldThrowAsync<SandboxFailedException>();

        (failure.Permanent, failure.ProgramMissing).ShouldBe((false, false));
        failure.OwnerMessage.ShouldBe(
            "This machine could not start the program for this file type. The file may be fine; it will be retried.");
    }

    [Fact]
    public async Task A_tool_that_finds_the_disk_full_blames_the_machine()
    {
        await using var rig = new MediaRig(options => options.Sandbox = SandboxKind.None);
        await using var workspace = rig.Root.Create();

        const string script = "echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1";
        var failure = await rig.Tools.RunAsync(
            new ToolRun { Tool = "bash", Arguments = ["-c", script], Directory = workspace.NewDirectory() }, default)
            .ShouldThrowAsync<ScratchFullException>();

        failure.OwnerMessage.ShouldContain("The file is not the cause");
    }

    [Fact]
    public async Task The_self_test_fails_while_host_processes_do_not_start_and_passes_when_they_do()
    {
        await using var rig = new MediaRig(options => options.Limits.MemoryBytes = 150_000_000);
        using var test = new MediaSelfTest(rig.Sandbox, rig.Pool, NullLogger<MediaSelfTest>.Instance);

        await test.StartAsync(default);
        await Eventually.HoldsAsync(() => test.Failure?.Contains("did not start", StringComparison.Ordinal) == true, "the test failed");
        test.WaitUntilPassedAsync(default).IsCompleted.ShouldBeFalse();

        rig.Options.Limits.MemoryBytes = new MediaLimits().MemoryBytes;
        test.RequestTest();
        await test.WaitUntilPassedAsync(default).WaitAsync(TimeSpan.FromMinutes(2));

        test.Failure.ShouldBeNull();
        rig.Pool.ProcessIds.ShouldHaveSingleItem();
        await test.StopAsync(default);
    }

    private static ToolResult Result(string said) => new(1, [], said, "ffmpeg -i file:input");
}
