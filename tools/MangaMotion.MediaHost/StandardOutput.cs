using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.MediaHost;

internal static partial class StandardOutput
{
    /// <summary>Keeps the real stdout for answers and points file descriptor 1 at stderr, so that no library can print into an answer.</summary>
    public static FileStream Take()
    {
        var kept = new SafeFileHandle(dup(1), ownsHandle: true);
        if (kept.IsInvalid || dup2(2, 1) < 0)
            throw new InvalidOperationException("The standard output could not be set aside.");
        return new FileStream(kept, FileAccess.Write, bufferSize: 4096);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int descriptor, int target);
}
