using System.Diagnostics;
using MangaMotion.LocalStack.Processes;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.LocalStack.Tests;

/// <summary>Who owns the servers, and what becomes of them when the owner ends.</summary>
public sealed class OwnershipTests
{
    private static readonly string Victim = Path.Combine(AppContext.BaseDirectory, "MangaMotion.LocalStack.Victim.dll");

    [Fact]
    public async Task A_killed_owner_takes_its_servers_and_its_temporary_folder_along()
    {
        using var scratch = new Scratch();
        await using var owner = await Owner.StartAsync(Victim, scratch["stack"], ["temporary"]);
        var stack = ServerStack.Attach(scratch["stack"]);
        var processes = stack.Servers.Select(x => x.ProcessId.ShouldNotBeNull()).SelectMany(ProcessTable.FindTree).ToList();
        processes.Count.ShouldBeGreaterThan(4);

        await owner.KillAsync();

        await Eventually.Until(() => processes.All(x => ProcessTable.Find(x) is null));
        await Eventually.Until(() => !Directory.Exists(stack.Folder.Path) && !Directory.Exists(stack.Folder.Data));
    }

    [Fact]
    public async Task A_detached_stack_outlives_its_starter_and_is_found_again()
    {
        using var scratch = new Scratch();
        await (await Owner.StartAsync(Victim, scratch.Path, ["detached"])).DisposeAsync();

        var stack = ServerStack.Attach(scratch.Path);
        stack.Servers.Count.ShouldBe(2);
        stack.Servers.ShouldAllBe(x => x.IsRunning);
        await using (var connection = new NpgsqlConnection(stack.Postgres.ConnectionString + ";Pooling=false"))
            await connection.OpenAsync();

        await stack.StopAsync();
        stack.Servers.ShouldAllBe(x => !x.IsRunning && !PortBook.IsTaken(x.Port));
        await stack.WipeAsync();
        Directory.Exists(stack.Folder.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task What_an_earlier_owner_left_running_is_swept_at_the_next_start()
    {
        using var scratch = new Scratch();
        await (await Owner.StartAsync(Victim, scratch.Path, ["detached"])).DisposeAsync();
        var leftovers = ServerStack.Attach(scratch.Path).Servers.Select(x => x.ProcessId.ShouldNotBeNull()).ToList();

        await using var stack = await ServerStack.StartAsync(new ServerStackOptions { Directory = scratch.Path, Rabbit = false });

        leftovers.ShouldNotContain(stack.Postgres.ProcessId.ShouldNotBeNull());
        leftovers.ShouldAllBe(x => ProcessTable.Find(x) == null);
        await stack.WipeAsync();
    }

    [Fact]
    public async Task A_second_owner_of_the_same_folder_is_refused()
    {
        using var scratch = new Scratch();
        var options = new ServerStackOptions { Directory = scratch.Path, Rabbit = false };
        await using var first = await ServerStack.StartAsync(options);

        var refusal = await Should.ThrowAsync<LocalServerException>(() => ServerStack.StartAsync(options));

        refusal.Message.ShouldContain(scratch.Path);
        first.Postgres.IsRunning.ShouldBeTrue();
        await first.WipeAsync();
    }

    [Fact]
    public async Task A_stranger_who_got_a_recorded_process_id_is_left_alone()
    {
        using var scratch = new Scratch();
        using var stranger = Process.Start("sleep", "600");
        try
        {
            var folder = new StackFolder(scratch.Path);
            Directory.CreateDirectory(folder.Run);
            await File.WriteAllTextAsync(Path.Combine(folder.Run, "postgres.pid"), $"{stranger.Id} 1\n");

            await using var stack = await ServerStack.StartAsync(new ServerStackOptions { Directory = scratch.Path, Rabbit = false });

            stack.Postgres.IsRunning.ShouldBeTrue();
            stranger.HasExited.ShouldBeFalse();
            await stack.WipeAsync();
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task A_plain_user_runs_the_servers_as_himself_in_a_folder_with_an_awkward_name()
    {
        using var scratch = new Scratch();
        var (victim, launcher) = await ForPlainUserAsync(scratch);

        await using var owner = await Owner.StartAsync(victim, scratch["user/it's a \"clone\" (ü)"], ["temporary"], launcher);

        foreach (var name in (string[])["postgres", "rabbitmq"])
        {
            var id = (await File.ReadAllTextAsync(scratch[$"user/it's a \"clone\" (ü)/run/{name}.pid"])).Split(' ')[0];
            var uid = (await File.ReadAllLinesAsync($"/proc/{id}/status")).Single(x => x.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            uid.ShouldNotBe("0");
        }
    }

    /// <summary>A copy of the victim that a plain user may read, and the command to become one; both trivial where we are one already.</summary>
    private static async Task<(string Victim, string[] Launcher)> ForPlainUserAsync(Scratch scratch)
    {
        Directory.CreateDirectory(scratch["user"]);
        if (!Environment.IsPrivilegedProcess)
            return (Victim, []);
        await ServerUser.RunAsync("cp", ["-r", AppContext.BaseDirectory, scratch["program"]], user: null, CancellationToken.None);
        await ServerUser.RunAsync("chown", ["nobody", scratch["user"]], user: null, CancellationToken.None);
        return (scratch["program/MangaMotion.LocalStack.Victim.dll"], ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]);
    }
}
