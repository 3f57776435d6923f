using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.MediaHost;

/// <summary>File descriptor 1 of this process.</summary>
internal static partial class StandardOutput
{
    /// <summary>Points file descriptor 1 to stderr, so that no library can print into an answer.</summary>
    /// <returns>The original stdout.</returns>
    public static FileStream Redirect()
    {
        var kept = new SafeFileHandle(dup(1), ownsHandle: true);
        if (kept.IsInvalid || dup2(2, 1) < 0)
            throw new InvalidOperationException("The standard output cannot be redirected.");
        return new FileStream(kept, FileAccess.Write, bufferSize: 4096);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int descriptor, int target);
}
