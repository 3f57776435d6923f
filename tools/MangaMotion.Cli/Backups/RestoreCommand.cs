using System.CommandLine;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Backups;

/// <summary><c>restore</c>: verifies a backup and restores it into an empty installation.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var path = BackupCommand.CreateFolderArgument("Folder of the backup.");
        var check = new Option<bool>("--check") { Description = "Verify the backup and restore nothing." };
        var withoutDamaged = new Option<bool>("--without-damaged")
        {
            Description = "Leave objects out that are missing in the backup or damaged.",
        };
        var command = new Command(
            "restore",
            "Verify a backup, then restore it into an empty local stack, or into the empty installation that the environment describes. "
            + "Run it again to continue an interrupted restore.")
        {
            path, check, withoutDamaged,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            Path.GetFullPath(parsed.GetValue(path)!), parsed.GetValue(check), parsed.GetValue(withoutDamaged), cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(string path, bool check, bool withoutDamaged, CancellationToken cancellationToken) =>
        BackupCommand.RunAsync($"restore {path}", path, async progress =>
        {
            using var folder = BackupFolder.Open(path);
            var restore = new Restore(folder, progress);
            if (check)
            {
                await restore.VerifyAsync(withoutDamaged: false, cancellationToken);
                progress.Report("the backup is complete and undamaged");
            }
            else if (InstallationData.IsInEnvironment)
            {
                await using var data = InstallationData.OpenEnvironment();
                await restore.VerifyAsync(withoutDamaged, cancellationToken);
                await restore.RunAsync(data, cancellationToken);
                if (InstallationKeys.Restore(folder.KeysFolder) is { } settings)
                    progress.Report($"the settings of the services are unchanged; those of the backup are in {settings}");
                progress.Report("restored; start the services with an empty broker");
            }
            else
            {
                await RestoreStackAsync(folder, restore, withoutDamaged, progress, cancellationToken);
                progress.Report($"restored; start the services with {CommandLine.Program} up");
            }
        });

    private static async Task RestoreStackAsync(
        BackupFolder folder, Restore restore, bool withoutDamaged, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var clone = Clone.Find();
        if (DeploymentSettings.Load(clone) is not null && !StackKeys.IsRestoring(clone, folder.Manifest.Id))
        {
            throw new CommandException(
                $"The stack in {clone.Stack} has data, and a backup is restored into an empty one only. "
                + $"Remove the data with {CommandLine.Program} down --wipe, or set MANGAMOTION_STATE to another folder.");
        }

        await restore.VerifyAsync(withoutDamaged, cancellationToken);
        var settings = StackKeys.BeginRestore(clone, folder.KeysFolder, folder.Manifest.Id);
        await using (var stack = await Deployment.OpenStoresAsync(clone, settings, progress, cancellationToken))
        await using (var data = InstallationData.Open(stack.CreateStoreEnvironment()))
            await restore.RunAsync(data, cancellationToken);
        StackKeys.FinishRestore(clone);
    }
}
