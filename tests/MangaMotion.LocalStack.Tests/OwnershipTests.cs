using System.Diagnostics;
using MangaMotion.LocalStack.Processes;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.LocalStack.Tests;

/// <summary>Ownership of servers, and their end when the owner ends.</summary>
public sealed class OwnershipTests
{
    private static readonly string Victim = Path.Combine(AppContext.BaseDirectory, "MangaMotion.LocalStack.Victim.dll");

    /// <summary>User id without rights that every Linux system has.</summary>
    private const string UnprivilegedUserId = "65534";

    [Fact]
    public async Task Killing_the_owner_stops_its_servers_and_deletes_its_temporary_folder()
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
    public async Task A_detached_stack_runs_on_after_its_starter_and_can_be_attached()
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
    public async Task Servers_left_running_by_an_earlier_owner_are_stopped_at_the_next_start()
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
    public async Task Another_process_with_a_recorded_process_id_is_not_stopped()
    {
        using var scratch = new Scratch();
        using var other = Process.Start("sleep", "600");
        try
        {
            var folder = new StackFolder(scratch.Path);
            Directory.CreateDirectory(folder.Run);
            await File.WriteAllTextAsync(Path.Combine(folder.Run, "postgres.pid"), $"{other.Id} 1\n");

            await using var stack = await ServerStack.StartAsync(new ServerStackOptions { Directory = scratch.Path, Rabbit = false });

            stack.Postgres.IsRunning.ShouldBeTrue();
            other.HasExited.ShouldBeFalse();
            await stack.WipeAsync();
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task An_unprivileged_user_runs_the_servers_under_that_user_in_a_folder_with_quotes_and_spaces()
    {
        using var scratch = new Scratch();
        var (victim, launcher) = await CopyForUnprivilegedUserAsync(scratch);

        await using var owner = await Owner.StartAsync(victim, scratch["user/it's a \"clone\" (ü)"], ["temporary"], launcher);

        foreach (var name in (string[])["postgres", "rabbitmq"])
        {
            var id = (await File.ReadAllTextAsync(scratch[$"user/it's a \"clone\" (ü)/run/{name}.pid"])).Split(' ')[0];
            var uid = (await File.ReadAllLinesAsync($"/proc/{id}/status")).Single(x => x.StartsWith("Uid:", StringComparison.Ordinal))
                .Split('\t')[1];
            uid.ShouldNotBe("0");
        }
    }

    /// <summary>
    /// Copies the victim so that an unprivileged user can read it. Returns the copy and the command that runs it as that user. Without
    /// root, there is no copy and no command.
    /// </summary>
    private static async Task<(string Victim, string[] Launcher)> CopyForUnprivilegedUserAsync(Scratch scratch)
    {
        Directory.CreateDirectory(scratch["user"]);
        if (!Environment.IsPrivilegedProcess)
            return (Victim, []);
        await ServerUser.RunAsync("cp", ["-r", AppContext.BaseDirectory, scratch["program"]], user: null, CancellationToken.None);
        await ServerUser.RunAsync("chown", [UnprivilegedUserId, scratch["user"]], user: null, CancellationToken.None);
        string[] launcher = ["setpriv", $"--reuid={UnprivilegedUserId}", "--regid=nogroup", "--clear-groups", "--"];
        return (scratch["program/MangaMotion.LocalStack.Victim.dll"], launcher);
    }
}
