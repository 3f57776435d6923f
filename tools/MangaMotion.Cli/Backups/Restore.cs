using System.Collections.Concurrent;
using MangaMotion.Storage;

namespace MangaMotion.Cli.Backups;

/// <summary>
/// Verifies a backup and restores it into an empty installation. The objects come first and the database last, in one transaction. So an
/// interrupted restore leaves an empty database, and the next one continues.
/// </summary>
internal sealed class Restore(BackupFolder folder, IProgress<string> progress)
{
    private const int Parallelism = 4;
    private const int Shown = 10;

    private readonly ConcurrentDictionary<string, bool> _damaged = new(StringComparer.Ordinal);

    /// <summary>Reads the whole backup and compares it with its hashes.</summary>
    /// <param name="withoutDamaged">True to leave damaged objects out. Other damaged files are always an error.</param>
    /// <exception cref="CommandException">The backup is damaged, or this version cannot read its database.</exception>
    public async Task VerifyAsync(bool withoutDamaged, CancellationToken cancellationToken)
    {
        if (await folder.FindDamagedFilesAsync(cancellationToken) is { Count: > 0 } files)
            throw new CommandException($"The backup is damaged, nothing was restored. Missing or changed: {string.Join(", ", files)}.");
        if (SchemaVersion.FindObstacle(folder.Manifest.Schema) is { } obstacle)
        {
            throw new CommandException(
                $"This version ({BackupManifest.Version}) cannot read the backup, which was made by {folder.Manifest.MadeBy}: {obstacle}. "
                + "Restore it with the version that made it, or a newer one.");
        }

        var intact = new CopyProgress(progress, "verified");
        await Parallel.ForEachAsync(folder.ReadInventory(), CreateOptions(cancellationToken), async (item, token) =>
        {
            if (await ObjectCopy.IsIntactAsync(folder.Objects, item, token))
                intact.Add(item.Length);
            else
                _damaged[item.Key] = true;
        });
        intact.Finish();
        if (_damaged.IsEmpty)
            return;
        var list = $"{string.Join(", ", _damaged.Keys.Order(StringComparer.Ordinal).Take(Shown))}{(_damaged.Count > Shown ? ", …" : "")}";
        if (!withoutDamaged)
        {
            throw new CommandException(
                $"The backup is damaged, nothing was restored. {_damaged.Count} objects are missing or changed: {list}. "
                + "--without-damaged restores the others.");
        }

        progress.Report($"{_damaged.Count} objects are missing or changed and are left out: {list}");
    }

    /// <exception cref="CommandException">The installation is not empty.</exception>
    public async Task RunAsync(InstallationData data, CancellationToken cancellationToken)
    {
        if (!await data.Database.IsEmptyAsync(cancellationToken))
            throw new CommandException("The database is not empty. A backup is restored into an empty database only.");
        await data.Store.CheckAsync(cancellationToken);
        await CheckStoreAsync(data.Store, cancellationToken);
        await CopyObjectsAsync(data.Store, cancellationToken);
        progress.Report("restoring the database");
        await data.Database.RestoreAsync(folder.DatabaseFile, cancellationToken);
        var unfinished = await data.Database.CountUnfinishedJobsAsync(cancellationToken);
        progress.Report($"{unfinished} unfinished jobs continue when the services start");
    }

    private static ParallelOptions CreateOptions(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };

    /// <summary>Rejects a store with objects that an earlier, interrupted restore of this backup did not put there.</summary>
    private async Task CheckStoreAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync("", cancellationToken))
        {
            if (!ObjectKey.IsValid(found.Key))
                continue;
            var copy = await folder.Objects.HeadAsync(found.Key, cancellationToken);
            if (copy is null || copy.Length != found.Length)
            {
                throw new CommandException(
                    $"The store is not empty: it holds {found.Key}, which is not part of the backup. Empty it, or use another one.");
            }
        }
    }

    private async Task CopyObjectsAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var restored = new CopyProgress(progress, "restored");
        await Parallel.ForEachAsync(folder.ReadInventory(), CreateOptions(cancellationToken), async (item, token) =>
        {
            if (_damaged.ContainsKey(item.Key))
                return;
            if ((await store.HeadAsync(item.Key, token))?.Sha256 == item.Sha256)
            {
                restored.Skip();
                return;
            }

            await ObjectCopy.CopyAsync(folder.Objects, store, item.Key, token);
            restored.Add(item.Length);
        });
        restored.Finish();
    }
}
