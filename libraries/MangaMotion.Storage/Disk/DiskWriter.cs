using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Storage.Disk;

/// <summary>Writes and commits files. Every failure becomes an <see cref="IOException"/> that names the disk and its free space.</summary>
internal sealed class DiskWriter(DiskLayout layout, bool fsync)
{
    private const int CommitAttempts = 100;

    public SafeFileHandle Create(string temporary)
    {
        try
        {
            if (!Directory.Exists(layout.Temporary))
                Directory.CreateDirectory(layout.Temporary);

            return File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            throw Explain(exception, "create", temporary);
        }
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            throw Explain(exception, "write", path);
        }
    }

    /// <summary>Flushes the bytes to the disk, if fsync is on.</summary>
    public void Sync(SafeFileHandle file, string path)
    {
        try
        {
            if (fsync)
                RandomAccess.FlushToDisk(file);
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            throw Explain(exception, "sync", path);
        }
    }

    /// <summary>
    /// Flushes and commits. With fsync it runs on its own thread: it blocks for milliseconds, and puts that flush in parallel share
    /// commits of the file system's journal.
    /// </summary>
    public Task SyncAndCommitAsync(SafeFileHandle file, string temporary, string path)
    {
        if (fsync)
            return Task.Factory.StartNew(SyncAndCommit, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Commit(temporary, path);
        return Task.CompletedTask;

        void SyncAndCommit()
        {
            Sync(file, temporary);
            Commit(temporary, path);
        }
    }

    /// <summary>Renames the temporary file to its final name, replacing an earlier object.</summary>
    public void Commit(string temporary, string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            string? created = null;

            // A delete may prune the folder, or a parent of it, between its creation and the rename: then both are repeated.
            for (var attempt = 1; Posix.Rename(temporary, path) != Posix.RenameResult.Done; attempt++)
            {
                if (attempt == CommitAttempts)
                    throw new IOException($"The folder '{folder}' was removed {CommitAttempts} times while it was used.");

                created = FirstMissing(folder);
                TryCreateFolder(folder);
            }

            if (fsync)
                SyncNames(folder, created);
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            throw Explain(exception, "commit", path);
        }
    }

    /// <summary>Moves a caller's file to the temporary folder; false if it is on another file system.</summary>
    public bool TryTake(string path, string temporary)
    {
        try
        {
            Directory.CreateDirectory(layout.Temporary);
            return Posix.Rename(path, temporary) switch
            {
                Posix.RenameResult.Done => true,
                Posix.RenameResult.OtherDevice => false,
                _ => throw new FileNotFoundException($"There is no file '{path}' to store.", path),
            };
        }
        catch (Exception exception) when (IsDiskError(exception) && exception is not FileNotFoundException)
        {
            throw Explain(exception, "take", path);
        }
    }

    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
            layout.PruneAbove(path);
        }
        catch (DirectoryNotFoundException)
        {
            // A missing object is no error.
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            throw Explain(exception, "delete", path);
        }
    }

    public static bool IsDiskError(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public IOException Explain(Exception exception, string doing, string path) =>
        new($"Cannot {doing} '{path}' {Disk()}: {exception.Message}", exception) { HResult = exception.HResult };

    private string Disk()
    {
        try
        {
            var drive = new DriveInfo(layout.Root);
            return $"({drive.AvailableFreeSpace} of {drive.TotalSize} bytes are free there; Storage__Disk__Root chooses the disk)";
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            // The root cannot be read; the message about the path says so.
            return "(Storage__Disk__Root chooses the disk)";
        }
    }

    private static void TryCreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // A delete removed a parent while the folders below it were created.
        }
    }

    private string? FirstMissing(string folder)
    {
        string? missing = null;
        for (; folder.Length > layout.Root.Length && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)!)
            missing = folder;

        return missing;
    }

    /// <summary>Flushes the folder and the parents of all folders that were created for it.</summary>
    private static void SyncNames(string folder, string? created)
    {
        Posix.SyncDirectory(folder);
        while (created is not null && folder.Length >= created.Length)
        {
            folder = Path.GetDirectoryName(folder)!;
            Posix.SyncDirectory(folder);
        }
    }
}
