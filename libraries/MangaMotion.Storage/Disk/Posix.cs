using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Storage.Disk;

/// <summary>
/// Three system calls that .NET does not offer: a rename that never falls back to copying, the flush of a directory, and an rmdir that
/// returns whether the directory was empty.
/// </summary>
internal static partial class Posix
{
    private const int NotFound = 2;
    private const int CrossDevice = 18;
    private const int ReadOnlyCloseOnExec = 0x80000;

    public enum RenameResult
    {
        Done,
        NoSuchDirectory,
        OtherDevice,
    }

    public static RenameResult Rename(string from, string to)
    {
        if (RenameCore(from, to) == 0)
            return RenameResult.Done;

        return Marshal.GetLastPInvokeError() switch
        {
            NotFound => RenameResult.NoSuchDirectory,
            CrossDevice => RenameResult.OtherDevice,
            var error => throw Failed($"rename '{from}' to '{to}'", error),
        };
    }

    /// <summary>Flushes the entries of the directory to the disk.</summary>
    public static void SyncDirectory(string path)
    {
        using var directory = new SafeFileHandle(Open(path, ReadOnlyCloseOnExec), ownsHandle: true);
        if (directory.IsInvalid)
            throw Failed($"open '{path}'", Marshal.GetLastPInvokeError());

        RandomAccess.FlushToDisk(directory);
    }

    /// <returns>Whether the directory was empty and has been removed.</returns>
    public static bool RemoveDirectory(string path) => RemoveDirectoryCore(path) == 0;

    private static IOException Failed(string what, int error) => new($"Cannot {what}: {Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameCore(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RemoveDirectoryCore(string path);
}
