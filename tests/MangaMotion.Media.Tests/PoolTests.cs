using System.Diagnostics;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

public sealed class PoolTests : IDisposable
{
    private readonly Vips _vips = new();

    public void Dispose() => _vips.Dispose();

    [Fact]
    public async Task A_host_process_renders_many_pictures_and_is_replaced_after_its_number_of_jobs()
    {
        await using var rig = new MediaRig(options => options.Vips.RecycleAfterJobs = 2);
        var photo = Photo();

        await rig.RenderAsync(photo);
        var first = rig.Pool.ProcessIds.ShouldHaveSingleItem();
        await rig.RenderAsync(photo);
        rig.Pool.ProcessIds.ShouldBeEmpty();
        await Eventually.HoldsAsync(() => !Eventually.Lives(first), "the host process has ended");

        await rig.RenderAsync(photo);
        rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldNotBe(first);
    }

    [Fact]
    public async Task A_host_process_that_has_grown_is_replaced()
    {
        await using var rig = new MediaRig(options => options.Vips.RecycleAboveBytes = 1_000_000);

        await rig.RenderAsync(Photo());

        rig.Pool.ProcessIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_job_of_a_killed_host_process_can_be_retried_and_the_next_job_gets_a_new_one()
    {
        await using var rig = new MediaRig();
        var (child, stopped) = await StopHostAsync(rig);

        var job = rig.RenderAsync(Photo());
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the host process got the job");
        Signal("KILL", stopped);

        var failure = await job.ShouldThrowAsync<ToolFailedException>();
        (failure.Signal, failure.Permanent).ShouldBe((9, false));
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
        rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldNotBe(child);
    }

    [Fact]
    public async Task A_host_process_that_hangs_is_killed_at_the_wall_limit_and_the_job_can_be_retried()
    {
        // Long enough for a picture on a loaded machine.
        await using var rig = new MediaRig(options => (options.Limits.CpuSeconds, options.Limits.WallSeconds) = (5, 8));
        var (child, stopped) = await StopHostAsync(rig);

        var failure = await rig.RenderAsync(Photo()).ShouldThrowAsync<ToolFailedException>();

        failure.Message.ShouldContain("8 s of wall time");
        await Eventually.HoldsAsync(() => !Eventually.Lives(stopped), "the host process has ended");
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
        rig.Pool.ProcessIds.ShouldNotContain(child);
    }

    [Fact]
    public async Task Canceling_a_job_kills_its_host_process_at_once()
    {
        await using var rig = new MediaRig();
        var (_, stopped) = await StopHostAsync(rig);
        using var cancel = new CancellationTokenSource();

        var job = rig.RenderAsync(Photo(), cancellationToken: cancel.Token);
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the host process got the job");
        await cancel.CancelAsync();

        await job.ShouldThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(() => !Eventually.Lives(stopped), "the host process has ended");
        rig.Pool.ProcessIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_picture_over_the_limit_of_processor_time_is_a_permanent_failure()
    {
        await using var rig = new MediaRig(options => options.Limits.CpuSeconds = 1);
        var animation = SampleMedia.Make(_vips.NewPath("gif"), "testsrc2=s=1000x1000:r=10:d=10");

        var failure = await rig.RenderAsync(animation).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Permanent).ShouldBe(("media.limit.cpu", true));
    }

    [Fact]
    public async Task A_picture_over_the_memory_limit_is_a_permanent_failure_and_the_next_one_is_rendered()
    {
        await using var rig = new MediaRig(options => options.Limits.MemoryBytes = 700_000_000);
        var interlaced = _vips.Make("png[interlace]", "black", "OUT", "9900", "9900", "--bands", "4");

        var failure = await rig.RenderAsync(interlaced).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.memory", 700_000_000));
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
    }

    [Fact]
    public async Task A_host_process_without_memory_to_start_is_a_fault_of_the_machine()
    {
        await using var rig = new MediaRig(options => options.Limits.MemoryBytes = 150_000_000);

        var failure = await rig.RenderAsync(Photo()).ShouldThrowAsync<ToolFailedException>();

        failure.Message.ShouldContain("did not start");
        rig.Pool.ProcessIds.ShouldBeEmpty();
        Directory.GetDirectories(rig.Root.Location, "slot-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Concurrent_jobs_get_separate_host_processes()
    {
        await using var rig = new MediaRig(options => options.Hosts = 2);
        var photo = Photo();

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.RenderAsync(photo)));

        made.ShouldAllBe(rendering => rendering.Image.Width == 600);
        rig.Pool.ProcessIds.Count.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Disposing_the_pool_during_a_job_leaves_no_process_and_no_file()
    {
        var rig = new MediaRig();
        var (child, _) = await StopHostAsync(rig);
        var tree = ProcessTree.Tree(child).ToList();
        var job = rig.RenderAsync(Photo());
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the host process got the job");

        await rig.DisposeAsync();

        await job.ShouldThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(() => !tree.Any(Eventually.Lives), "all host processes have ended");
        Directory.Exists(rig.Options.ScratchDirectory).ShouldBeFalse();
    }

    [Fact]
    public async Task Host_processes_end_with_a_killed_worker_and_the_next_worker_deletes_its_scratch_files()
    {
        var scratch = Directory.CreateTempSubdirectory("mm-victim-").FullName;
        using var worker = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "MangaMotion.Media.Victim.dll"), scratch, "auto", "0", "wait", Photo()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string? ready;
        do
            ready = await worker.StandardOutput.ReadLineAsync();
        while (ready is not (null or "ready"));
        var children = ProcessTree.Tree(worker.Id).Skip(1).ToList();
        Signal("KILL", worker.Id);
        await worker.WaitForExitAsync();

        ready.ShouldBe("ready");
        children.ShouldNotBeEmpty();
        Directory.GetDirectories(scratch).ShouldHaveSingleItem();
        await Eventually.HoldsAsync(() => !children.Any(Eventually.Lives), "all host processes have ended");
        await using var next = new MediaRig(options => options.ScratchDirectory = scratch);
        Directory.GetDirectories(scratch).ShouldHaveSingleItem().ShouldBe(next.Root.Location);
    }

    [Fact]
    public async Task A_second_worker_keeps_the_scratch_files_of_a_running_worker()
    {
        await using var first = new MediaRig();
        await using var workspace = first.Root.Create();

        using var second = new Media.Workspaces.WorkspaceRoot(
            Microsoft.Extensions.Options.Options.Create(first.Options),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Media.Workspaces.WorkspaceRoot>.Instance);

        Directory.Exists(workspace.Location).ShouldBeTrue();
    }

    [Fact]
    public async Task Files_of_other_programs_in_the_scratch_directory_are_not_deleted()
    {
        var scratch = Directory.CreateTempSubdirectory("mm-shared-").FullName;
        string[] folders = [Path.Combine(scratch, "photos"), Path.Combine(scratch, "2024-08"), Path.Combine(scratch, "systemd-private")];
        foreach (var folder in folders)
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, "file"), "kept");
        var dead = Directory.CreateDirectory(Path.Combine(scratch, $"4711-{Guid.NewGuid():N}")).FullName;

        await using var rig = new MediaRig(options => options.ScratchDirectory = scratch);

        folders.ShouldAllBe(folder => File.Exists(Path.Combine(folder, "file")));
        Directory.Exists(dead).ShouldBeFalse();
        Directory.GetFiles(scratch).ShouldHaveSingleItem().ShouldBe(rig.Root.Location + ".lock");
    }

    [Theory]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    [InlineData(SandboxKind.None)]
    public async Task Without_bubblewrap_pictures_are_rendered_and_host_processes_killed(SandboxKind kind)
    {
        var rig = new MediaRig(options => options.Sandbox = kind);

        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
        var tree = ProcessTree.Tree(rig.Pool.ProcessIds.ShouldHaveSingleItem()).ToList();
        await rig.DisposeAsync();

        await Eventually.HoldsAsync(() => !tree.Any(Eventually.Lives), "all host processes have ended");
    }

    [Fact]
    public async Task Files_left_by_a_host_process_are_deleted_and_its_links_are_not_followed()
    {
        await using var rig = new MediaRig();
        await rig.RenderAsync(Photo());
        var elsewhere = Directory.CreateTempSubdirectory("mm-elsewhere-").FullName;
        var precious = Path.Combine(elsewhere, "precious");
        await File.WriteAllTextAsync(precious, "not of the host process");
        var made = Directory.GetDirectories(rig.Root.Location, "slot-*").ShouldHaveSingleItem() + "/out";
        File.CreateSymbolicLink(Path.Combine(made, "link"), elsewhere);
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(made, "folder")).FullName, "link"), elsewhere);

        await rig.RenderAsync(Photo());
        await rig.RenderAsync(Photo());

        File.Exists(precious).ShouldBeTrue();
        Directory.Delete(elsewhere, recursive: true);
    }

    [Theory]
    [InlineData("mkfifo small.jpg")]
    [InlineData("echo made > file; ln -s file small.jpg")]
    [InlineData("mkdir small.jpg")]
    [InlineData("touch small.jpg")]
    public async Task An_output_that_is_not_a_file_is_rejected_at_once(string make)
    {
        await using var rig = new MediaRig();
        await using var workspace = rig.Root.Create();
        var folder = workspace.NewDirectory();
        Vips.Run("bash", "-c", $"cd {folder} && {make}");
        var output = new HostOutput("vips", folder);

        await Task.Run(() => Should.Throw<ToolFailedException>(() => output.TakePicture(workspace, "small", "jpg", 1, 1))).WaitAsync(
            TimeSpan.FromSeconds(20));
        Vips.Run("bash", "-c", $"cd {folder} && rm -rf * && {make}");
        (await Task.Run(() => output.TakeFile(workspace, "small.jpg")).WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeNull();
    }

    [Fact]
    public async Task An_output_over_the_size_limit_is_not_read()
    {
        await using var rig = new MediaRig();
        await using var workspace = rig.Root.Create();
        var folder = workspace.NewDirectory();
        await File.WriteAllBytesAsync(Path.Combine(folder, "peaks"), new byte[401]);

        Should.Throw<ToolFailedException>(() => new HostOutput("libav", folder).TakeFile(workspace, "peaks", maxBytes: 400));
    }

    [Fact]
    public async Task A_host_process_whose_folder_was_deleted_is_replaced()
    {
        await using var rig = new MediaRig();
        await rig.RenderAsync(Photo());
        var tree = ProcessTree.Tree(rig.Pool.ProcessIds.ShouldHaveSingleItem()).ToList();
        Directory.Delete(Directory.GetDirectories(rig.Root.Location, "slot-*").ShouldHaveSingleItem(), recursive: true);

        await Should.ThrowAsync<IOException>(() => rig.RenderAsync(Photo()));

        rig.Pool.ProcessIds.ShouldBeEmpty();
        await Eventually.HoldsAsync(() => !tree.Any(Eventually.Lives), "the host process has ended");
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
    }

    [Fact]
    public async Task The_memory_of_an_earlier_file_is_not_the_reason_when_a_host_process_is_killed()
    {
        await using var rig = new MediaRig();
        var (_, stopped) = await StopHostAsync(rig);
        await File.WriteAllTextAsync($"/proc/{stopped}/fd/2", "an earlier file: out of memory\n");
        await Eventually.HoldsAsync(() => rig.Pool.Stderr.Any(said => said.Contains("out of memory")), "it was heard before the next job");

        var job = rig.RenderAsync(Photo());
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the host process got the job");
        Signal("KILL", stopped);

        (await job.ShouldThrowAsync<ToolFailedException>()).Permanent.ShouldBeFalse();
    }

    private string Photo() => _vips.Encode(_vips.Picture(600, 400), "jpg");

    /// <summary>Starts one host process and stops it with a signal, so that its next job runs until the test ends it.</summary>
    private async Task<(int Child, int Stopped)> StopHostAsync(MediaRig rig)
    {
        await rig.RenderAsync(Photo());
        var child = rig.Pool.ProcessIds.ShouldHaveSingleItem();
        var inner = ProcessTree.Tree(child).Last();
        Signal("STOP", inner);
        return (child, inner);
    }

    private static bool HoldsAJob(MediaRig rig) =>
        Directory.EnumerateFiles(rig.Root.Location, "input", SearchOption.AllDirectories).Any(
            path => Path.GetFileName(Path.GetDirectoryName(path)) == "in");

    private static void Signal(string name, int process) => Vips.Run("kill", $"-{name}", $"{process}");
}
