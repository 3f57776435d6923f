using System.CommandLine;
using System.Globalization;
using MangaMotion.Cli.Local;
using Npgsql;

namespace MangaMotion.Cli.Backups;

/// <summary><c>backup</c>: copies database, objects and keys into a folder while the services run.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var path = CreateFolderArgument("New or empty folder, or one with an unfinished backup.");
        var command = new Command(
            "backup",
            "Copy database, objects and keys into a folder while the services run. Run it again to continue an interrupted backup. "
            + "The local stack, or the installation that the environment describes (ConnectionStrings__Postgres, Storage__Kind, …).")
        {
            path,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(Path.GetFullPath(parsed.GetValue(path)!), cancellationToken));
        return command;
    }

    /// <summary>Argument with the folder of a backup. A misspelt option is not treated as a folder.</summary>
    public static Argument<string> CreateFolderArgument(string description) =>
        new Argument<string>("FOLDER") { Description = description }
            .Check(path => path.Length > 0 && !path.StartsWith('-'), "a folder");

    /// <summary>Runs a backup or a restore, and turns failures of disk, store and database into messages.</summary>
    /// <param name="repeated">Command to repeat, such as <c>backup FOLDER</c>.</param>
    public static async Task<int> RunAsync(string repeated, string path, Func<IProgress<string>, Task> work)
    {
        try
        {
            await work(new ProgressLines());
            return 0;
        }
        catch (Exception exception) when (DiskSpace.IsFull(exception))
        {
            throw new CommandException(
                $"A disk is full: {exception.Message}\n{DescribeSpace(path)}Free some space, then continue with "
                + $"{CommandLine.Program} {repeated}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NpgsqlException)
        {
            throw new CommandException($"{exception.Message}\nRemove the cause, then continue with {CommandLine.Program} {repeated}.");
        }
    }

    private static Task<int> RunAsync(string path, CancellationToken cancellationToken) =>
        RunAsync($"backup {path}", path, progress => BackUpAsync(path, progress, cancellationToken));

    private static async Task BackUpAsync(string path, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var clone = InstallationData.IsInEnvironment ? null : Clone.Find();
        var settings = clone is null ? null : DeploymentSettings.Load(clone)
            ?? throw new CommandException($"There is no local stack to back up. Start one with {CommandLine.Program} up.");
        using var folder = BackupFolder.Begin(path);
        await using var stack = clone is null ? null : await Deployment.OpenStoresAsync(clone, settings!, progress, cancellationToken);
        await using var data = stack is null ? InstallationData.OpenEnvironment() : InstallationData.Open(stack.CreateStoreEnvironment());
        await CopyAsync(clone, data, folder, path, progress, cancellationToken);
    }

    /// <summary>Backs up a local stack before its services apply schema scripts that cannot be rolled back, if there are any.</summary>
    /// <param name="stores">Settings of the database and the store, which are running.</param>
    public static Task BackUpBeforeUpgradeAsync(
        Clone clone, IReadOnlyDictionary<string, string> stores, IProgress<string> progress, CancellationToken cancellationToken) =>
        BackUpBeforeUpgradeAsync(clone, stores, SchemaVersion.Known, progress, cancellationToken);

    /// <inheritdoc cref="BackUpBeforeUpgradeAsync(Clone, IReadOnlyDictionary{string, string}, IProgress{string}, CancellationToken)"/>
    /// <param name="known">Schema scripts of the services that are started next.</param>
    internal static async Task BackUpBeforeUpgradeAsync(
        Clone clone, IReadOnlyDictionary<string, string> stores, IReadOnlyCollection<SchemaVersion> known, IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        await using var data = InstallationData.Open(stores);
        IReadOnlyList<SchemaVersion> scripts;
        await using (var snapshot = await DatabaseSnapshot.FindAsync(data.Database, cancellationToken))
        {
            if (snapshot is null)
                return;
            scripts = [.. SchemaVersion.FindIrreversible(known, await snapshot.ReadSchemaAsync(cancellationToken))];
        }

        if (scripts.Count == 0)
            return;
        foreach (var script in scripts)
            progress.Report($"the schema script {script.Set}/{script.Name} cannot be rolled back: {script.Irreversible}");
        var path = Path.Combine(clone.Stack, "backups", DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        progress.Report($"backing up into {path}");
        await RunAsync($"up; what {path} holds is incomplete", path, async _ =>
        {
            using var folder = BackupFolder.Begin(path);
            await CopyAsync(clone, data, folder, path, progress, cancellationToken);
        });
    }

    private static async Task CopyAsync(
        Clone? clone, InstallationData data, BackupFolder folder, string path, IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        if (clone is null)
            InstallationKeys.CopyTo(folder.KeysFolder);
        else
            StackKeys.CopyTo(clone, folder.KeysFolder);
        await new Backup(data, folder, progress).RunAsync(cancellationToken);
        progress.Report(
            $"backup finished: {folder.Manifest.ObjectCount:#,0} objects ({CopyProgress.Format(folder.Manifest.ObjectBytes)}), "
            + $"database {CopyProgress.Format(new FileInfo(folder.DatabaseFile).Length)}, in {path}");
    }

    private static string DescribeSpace(string path)
    {
        try
        {
            return $"{CopyProgress.Format(new DriveInfo(path).AvailableFreeSpace)} are free for {path}. ";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "";
        }
    }
}
