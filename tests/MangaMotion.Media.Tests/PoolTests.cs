using System.Diagnostics;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

public sealed class PoolTests : IDisposable
{
    private readonly Vips _vips = new();

    public void Dispose() => _vips.Dispose();

    [Fact]
    public async Task A_child_works_on_many_pictures_and_is_replaced_after_its_number_of_them()
    {
        await using var rig = new MediaRig(options => options.Vips.RecycleAfterJobs = 2);
        var photo = Photo();

        await rig.RenderAsync(photo);
        var first = rig.Pool.ProcessIds.ShouldHaveSingleItem();
        await rig.RenderAsync(photo);
        rig.Pool.ProcessIds.ShouldBeEmpty();
        await Eventually.HoldsAsync(() => !Eventually.Lives(first), "the child is gone");

        await rig.RenderAsync(photo);
        rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldNotBe(first);
    }

    [Fact]
    public async Task A_child_that_has_grown_is_replaced()
    {
        await using var rig = new MediaRig(options => options.Vips.RecycleAboveBytes = 1_000_000);

        await rig.RenderAsync(Photo());

        rig.Pool.ProcessIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_job_of_a_killed_child_fails_for_another_try_and_the_next_gets_a_fresh_child()
    {
        await using var rig = new MediaRig();
        var (child, stopped) = await StoppedChildAsync(rig);

        var job = rig.RenderAsync(Photo());
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the child got the job");
        Signal("KILL", stopped);

        var failure = await job.ShouldThrowAsync<ToolFailedException>();
        (failure.Signal, failure.Permanent).ShouldBe((9, false));
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
        rig.Pool.ProcessIds.ShouldHaveSingleItem().ShouldNotBe(child);
    }

    [Fact]
    public async Task A_child_that_hangs_is_killed_at_the_wall_limit_and_the_job_may_be_tried_again()
    {
        // Enough for a picture on a loaded machine.
        await using var rig = new MediaRig(options => (options.Limits.CpuSeconds, options.Limits.WallSeconds) = (5, 8));
        var (child, stopped) = await StoppedChildAsync(rig);

        var failure = await rig.RenderAsync(Photo()).ShouldThrowAsync<ToolFailedException>();

        failure.Message.ShouldContain("8 s of wall time");
        await Eventually.HoldsAsync(() => !Eventually.Lives(stopped), "the child is gone");
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
        rig.Pool.ProcessIds.ShouldNotContain(child);
    }

    [Fact]
    public async Task Canceling_a_job_kills_its_child_at_once()
    {
        await using var rig = new MediaRig();
        var (_, stopped) = await StoppedChildAsync(rig);
        using var cancel = new CancellationTokenSource();

        var job = rig.RenderAsync(Photo(), cancellationToken: cancel.Token);
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the child got the job");
        await cancel.CancelAsync();

        await job.ShouldThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(() => !Eventually.Lives(stopped), "the child is gone");
        rig.Pool.ProcessIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_picture_that_computes_too_long_is_refused_for_good()
    {
        await using var rig = new MediaRig(options => options.Limits.CpuSeconds = 1);
        var animation = SampleMedia.Make(_vips.NewPath("gif"), "testsrc2=s=1000x1000:r=10:d=10");

        var failure = await rig.RenderAsync(animation).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Permanent).ShouldBe(("media.limit.cpu", true));
    }

    [Fact]
    public async Task A_picture_that_needs_too_much_memory_is_refused_for_good_and_the_next_one_is_made()
    {
        await using var rig = new MediaRig(options => options.Limits.MemoryBytes = 700_000_000);
        var interlaced = _vips.Make("png[interlace]", "black", "OUT", "9900", "9900", "--bands", "4");

        var failure = await rig.RenderAsync(interlaced).ShouldThrowAsync<MediaLimitException>();

        (failure.Code, failure.Allowed).ShouldBe(("media.limit.memory", 700_000_000));
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
    }

    [Fact]
    public async Task A_host_process_that_has_not_enough_memory_to_start_is_the_machines_fault()
    {
        await using var rig = new MediaRig(options => options.Limits.MemoryBytes = 150_000_000);

        var failure = await rig.RenderAsync(Photo()).ShouldThrowAsync<ToolFailedException>();

        failure.Message.ShouldContain("did not start");
        rig.Pool.ProcessIds.ShouldBeEmpty();
        Directory.GetDirectories(rig.Root.Location, "slot-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Jobs_side_by_side_each_get_a_child_of_their_own()
    {
        await using var rig = new MediaRig(options => options.Hosts = 2);
        var photo = Photo();

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.RenderAsync(photo)));

        made.ShouldAllBe(rendering => rendering.Image.Width == 600);
        rig.Pool.ProcessIds.Count.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Nothing_is_left_after_the_pool_is_disposed_with_a_job_under_way()
    {
        var rig = new MediaRig();
        var (child, _) = await StoppedChildAsync(rig);
        var tree = ProcessTree.Tree(child).ToList();
        var job = rig.RenderAsync(Photo());
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the child got the job");

        await rig.DisposeAsync();

        await job.ShouldThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(() => !tree.Any(Eventually.Lives), "all children are gone");
        Directory.Exists(rig.Options.ScratchDirectory).ShouldBeFalse();
    }

    [Fact]
    public async Task The_children_die_with_a_killed_worker_and_the_next_one_sweeps_its_scratch()
    {
        var scratch = Directory.CreateTempSubdirectory("mm-victim-").FullName;
        using var worker = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MangaMotion.Media.Victim.dll"), scratch, "auto", "0", "wait", Photo()])
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
        await Eventually.HoldsAsync(() => !children.Any(Eventually.Lives), "all children are gone");
        await using var next = new MediaRig(options => options.ScratchDirectory = scratch);
        Directory.GetDirectories(scratch).ShouldHaveSingleItem().ShouldBe(next.Root.Location);
    }

    [Fact]
    public async Task A_second_worker_leaves_the_scratch_of_a_living_one_alone()
    {
        await using var first = new MediaRig();
        await using var workspace = first.Root.Create();

        using var second = new Media.Workspaces.WorkspaceRoot(
            Microsoft.Extensions.Options.Options.Create(first.Options), Microsoft.Extensions.Logging.Abstractions.NullLogger<Media.Workspaces.WorkspaceRoot>.Instance);

        Directory.Exists(workspace.Location).ShouldBeTrue();
    }

    [Fact]
    public async Task What_others_keep_in_the_scratch_directory_is_not_swept()
    {
        var scratch = Directory.CreateTempSubdirectory("mm-shared-").FullName;
        string[] theirs = [Path.Combine(scratch, "photos"), Path.Combine(scratch, "2024-08"), Path.Combine(scratch, "systemd-private")];
        foreach (var folder in theirs)
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, "file"), "theirs");
        var dead = Directory.CreateDirectory(Path.Combine(scratch, $"4711-{Guid.NewGuid():N}")).FullName;

        await using var rig = new MediaRig(options => options.ScratchDirectory = scratch);

        theirs.ShouldAllBe(folder => File.Exists(Path.Combine(folder, "file")));
        Directory.Exists(dead).ShouldBeFalse();
        Directory.GetFiles(scratch).ShouldHaveSingleItem().ShouldBe(rig.Root.Location + ".lock");
    }

    [Theory]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    [InlineData(SandboxKind.None)]
    public async Task Pictures_are_made_and_children_killed_where_bubblewrap_is_not_to_be_had(SandboxKind kind)
    {
        var rig = new MediaRig(options => options.Sandbox = kind);

        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
        var tree = ProcessTree.Tree(rig.Pool.ProcessIds.ShouldHaveSingleItem()).ToList();
        await rig.DisposeAsync();

        await Eventually.HoldsAsync(() => !tree.Any(Eventually.Lives), "all children are gone");
    }

    [Fact]
    public async Task What_a_child_leaves_behind_is_removed_and_never_what_its_links_lead_to()
    {
        await using var rig = new MediaRig();
        await rig.RenderAsync(Photo());
        var elsewhere = Directory.CreateTempSubdirectory("mm-elsewhere-").FullName;
        var precious = Path.Combine(elsewhere, "precious");
        await File.WriteAllTextAsync(precious, "not the child's");
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
    [InlineData("ln -s /etc/passwd small.jpg")]
    [InlineData("mkdir small.jpg")]
    [InlineData("touch small.jpg")]
    public async Task What_is_no_file_is_no_picture_and_nobody_waits_for_it(string make)
    {
        await using var rig = new MediaRig();
        await using var workspace = rig.Root.Create();
        var folder = workspace.NewDirectory();
        Vips.Run("bash", "-c", $"cd {folder} && {make}");
        var output = new HostOutput("vips", folder);

        await Task.Run(() => Should.Throw<ToolFailedException>(() => output.TakePicture(workspace, "small", "jpg", 1, 1))).WaitAsync(TimeSpan.FromSeconds(20));
        Vips.Run("bash", "-c", $"cd {folder} && rm -rf * && {make}");
        (await Task.Run(() => output.TakeFile(workspace, "small.jpg")).WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_larger_than_it_can_be_is_not_read()
    {
        await using var rig = new MediaRig();
        await using var workspace = rig.Root.Create();
        var folder = workspace.NewDirectory();
        await File.WriteAllBytesAsync(Path.Combine(folder, "peaks"), new byte[401]);

        Should.Throw<ToolFailedException>(() => new HostOutput("libav", folder).TakeFile(workspace, "peaks", most: 400));
    }

    [Fact]
    public async Task A_child_whose_folder_was_swept_away_is_replaced()
    {
        await using var rig = new MediaRig();
        await rig.RenderAsync(Photo());
        var tree = ProcessTree.Tree(rig.Pool.ProcessIds.ShouldHaveSingleItem()).ToList();
        Directory.Delete(Directory.GetDirectories(rig.Root.Location, "slot-*").ShouldHaveSingleItem(), recursive: true);

        await Should.ThrowAsync<IOException>(() => rig.RenderAsync(Photo()));

        rig.Pool.ProcessIds.ShouldBeEmpty();
        await Eventually.HoldsAsync(() => !tree.Any(Eventually.Lives), "the child is gone");
        (await rig.RenderAsync(Photo())).Image.Width.ShouldBe(600);
    }

    [Fact]
    public async Task A_child_that_is_killed_is_not_blamed_for_memory_that_an_earlier_file_asked_for()
    {
        await using var rig = new MediaRig();
        var (_, stopped) = await StoppedChildAsync(rig);
        await File.WriteAllTextAsync($"/proc/{stopped}/fd/2", "an earlier file: out of memory\n");
        await Eventually.HoldsAsync(() => rig.Pool.Complaints.Any(said => said.Contains("out of memory")), "it was heard before the next job");

        var job = rig.RenderAsync(Photo());
        await Eventually.HoldsAsync(() => HoldsAJob(rig), "the child got the job");
        Signal("KILL", stopped);

        (await job.ShouldThrowAsync<ToolFailedException>()).Permanent.ShouldBeFalse();
    }

    private string Photo() => _vips.Encode(_vips.Picture(600, 400), "jpg");

    /// <summary>A pool with one warm child that is stopped, so that its next job is under way for as long as the test likes.</summary>
    private async Task<(int Child, int Stopped)> StoppedChildAsync(MediaRig rig)
    {
        await rig.RenderAsync(Photo());
        var child = rig.Pool.ProcessIds.ShouldHaveSingleItem();
        var inner = ProcessTree.Tree(child).Last();
        Signal("STOP", inner);
        return (child, inner);
    }

    private static bool HoldsAJob(MediaRig rig) =>
        Directory.EnumerateFiles(rig.Root.Location, "input", SearchOption.AllDirectories).Any(path => Path.GetFileName(Path.GetDirectoryName(path)) == "in");

    private static void Signal(string name, int process) => Vips.Run("kill", $"-{name}", $"{process}");
}
