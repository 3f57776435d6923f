using MangaMotion.Storage;

namespace MangaMotion.Cli.Backups;

/// <summary>
/// Copies an installation into a folder while its services run. The objects are copied first, then the database is dumped as one snapshot,
/// then the objects that are new since. So each object that a row of the snapshot names is in the backup, also if it was deleted meanwhile.
/// </summary>
internal sealed class Backup(InstallationData data, BackupFolder folder, IProgress<string> progress)
{
    private const int Parallelism = 4;

    /// <summary>Difference of the clocks of the store and of this machine for which a backup stays complete.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = DateTimeOffset.UtcNow;
        await data.Store.CheckAsync(cancellationToken);
        await folder.Objects.CheckAsync(cancellationToken);
        await CopyObjectsAsync(unchangedBefore: DateTimeOffset.MinValue, snapshotAt: DateTimeOffset.MaxValue, cancellationToken);

        progress.Report("dumping the database");
        await using var snapshot = await DatabaseSnapshot.TakeAsync(data.Database, cancellationToken);
        await snapshot.DumpAsync(folder.DatabaseFile, cancellationToken);
        await CopyObjectsAsync(started - ClockMargin, snapshot.TakenAt, cancellationToken);
        await ReportMissingFilesAsync(snapshot, cancellationToken);

        var (count, bytes) = await folder.WriteInventoryAsync(cancellationToken);
        var manifest = folder.Manifest with
        {
            SnapshotAt = snapshot.TakenAt,
            Schema = await snapshot.ReadSchemaAsync(cancellationToken),
            ObjectCount = count,
            ObjectBytes = bytes,
        };
        await folder.FinishAsync(manifest, cancellationToken);
        await data.Database.RecordBackupAsync(snapshot.TakenAt, cancellationToken);
    }

    private async Task CopyObjectsAsync(DateTimeOffset unchangedBefore, DateTimeOffset snapshotAt, CancellationToken cancellationToken)
    {
        var copied = new CopyProgress(progress, "copied");
        await Parallel.ForEachAsync(
            data.Store.ListAsync("", cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (found, token) =>
            {
                if (!ObjectKey.IsValid(found.Key))
                    return;
                if (await IsCopiedAsync(found, unchangedBefore, snapshotAt, token))
                    copied.Skip();
                else if (await TryCopyAsync(found.Key, token) is { } copy)
                    copied.Add(copy.Length);
            });
        copied.Finish();
    }

    private async Task<bool> IsCopiedAsync(
        StoredObject found, DateTimeOffset unchangedBefore, DateTimeOffset snapshotAt, CancellationToken cancellationToken)
    {
        if (await folder.Objects.HeadAsync(found.Key, cancellationToken) is not { } copy)
            return false;
        // The rows of the snapshot describe the object that the later one replaced.
        if (found.ModifiedAt > snapshotAt)
            return true;
        if (copy.Length != found.Length)
            return false;
        if (found.Sha256 is not null)
            return copy.Sha256 == found.Sha256;
        return found.ModifiedAt < unchangedBefore
            || copy.Sha256 == (await data.Store.HeadAsync(found.Key, cancellationToken))?.Sha256;
    }

    /// <returns>Null if the object was deleted meanwhile.</returns>
    private async Task<StoredObject?> TryCopyAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await ObjectCopy.CopyAsync(data.Store, folder.Objects, key, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }

    private async Task ReportMissingFilesAsync(DatabaseSnapshot snapshot, CancellationToken cancellationToken)
    {
        const int Shown = 5;
        var missing = new List<string>();
        await foreach (var (key, sha256) in snapshot.ReadFilesAsync(cancellationToken))
        {
            if ((await folder.Objects.HeadAsync(key, cancellationToken))?.Sha256 != sha256)
                missing.Add(key);
        }

        if (missing.Count > 0)
        {
            progress.Report(
                $"{missing.Count} files of ingests are missing in the store, or differ from the database, and are not in the backup: "
                + $"{string.Join(", ", missing.Take(Shown))}{(missing.Count > Shown ? ", …" : "")}");
        }
    }
}
