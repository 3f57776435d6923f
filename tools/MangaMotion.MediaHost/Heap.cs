using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost;

/// <summary>Memory of the native libraries that they have freed, and that the C library keeps for them.</summary>
internal static partial class Heap
{
    /// <summary>A few pictures' worth: keeping that much saves the next job the faults of fresh pages.</summary>
    private const long Kept = 24_000_000;

    private static long _resting = Environment.WorkingSet;

    /// <summary>Gives back what a large file took; a worker has several children, which would each keep the most that any file has ever taken.</summary>
    public static void GiveBack()
    {
        if (Environment.WorkingSet - _resting < Kept)
            return;

        _ = malloc_trim(0);
        _resting = Environment.WorkingSet;
    }

    /// <summary>libvips starts threads, and some builds of it die where there is no room for a stack.</summary>
    /// <exception cref="OutOfMemoryException">There is not enough room.</exception>
    public static unsafe void Require(nuint bytes) => NativeMemory.Free(NativeMemory.Alloc(bytes));

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
