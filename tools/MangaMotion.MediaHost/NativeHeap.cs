using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost;

/// <summary>The heap of the C library, which the native libraries use.</summary>
internal static partial class NativeHeap
{
    /// <summary>Growth in bytes below which <see cref="Trim"/> does nothing: the next job reuses pages of a few pictures.</summary>
    private const long MinGrowth = 24_000_000;

    private static long _trimmedSize = Environment.WorkingSet;

    /// <summary>
    /// Returns freed memory to the system if the process has grown since the last call. A worker keeps several media hosts, and each
    /// would otherwise keep the most memory that any file has ever needed.
    /// </summary>
    public static void Trim()
    {
        if (Environment.WorkingSet - _trimmedSize < MinGrowth)
            return;

        _ = malloc_trim(0);
        _trimmedSize = Environment.WorkingSet;
    }

    /// <summary>
    /// Checks that memory can be allocated, by allocating and freeing it. libvips starts threads, and some builds of it crash if there is
    /// no memory for a stack.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The memory cannot be allocated.</exception>
    public static unsafe void RequireFree(nuint bytes) => NativeMemory.Free(NativeMemory.Alloc(bytes));

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
