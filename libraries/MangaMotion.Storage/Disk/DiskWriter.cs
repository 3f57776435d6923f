using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Storage.Disk;

/// <summary>Writes and commits files; every failure becomes an <see cref="IOException"/> that says which disk it was and how full it is.</summary>
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

    /// <summary>Returns when the bytes are on the disk, if that is asked for.</summary>
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
    /// The two in one. With fsync on a thread of its own, because it blocks for milliseconds, and because of puts that sync side by
    /// side many share one commit of the file system's journal.
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

    /// <summary>Gives the temporary file its name, replacing what had it.</summary>
    public void Commit(string temporary, string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            string? made = null;

            // More than one round only where a delete prunes the folder between its making and the rename.
            for (var attempt = 1; Posix.Rename(temporary, path) != Posix.RenameResult.Done; attempt++)
            {
                if (attempt == CommitAttempts)
                    throw new IOException($"The folder '{folder}' does not stay.");

                made = FirstMissing(folder);
                Directory.CreateDirectory(folder);
            }

            if (fsync)
                SyncNames(folder, made);
        }
        catch (Exception exception) when (IsDiskError(exception))
        {
            throw Explain(exception, "commit", path);
        }
    }

    /// <summary>Moves a caller's file among the temporary ones; false where it lies on another file system.</summary>
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
            // Nothing there: no error.
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
            // The root itself is out of reach, as the message about the path will say.
            return "(Storage__Disk__Root chooses the disk)";
        }
    }

    private string? FirstMissing(string folder)
    {
        string? missing = null;
        for (; folder.Length > layout.Root.Length && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)!)
            missing = folder;

        return missing;
    }

    /// <summary>A new folder is a name too: everything from the parent of the first one that was made.</summary>
    private static void SyncNames(string folder, string? made)
    {
        Posix.SyncDirectory(folder);
        while (made is not null && folder.Length >= made.Length)
        {
            folder = Path.GetDirectoryName(folder)!;
            Posix.SyncDirectory(folder);
        }
    }
}
