namespace MangaMotion.Media.Processes;

/// <summary>Recognises messages of tools and libraries that ran out of memory or disk.</summary>
internal static class Shortage
{
    /// <summary>The words of the C library for a disk without room, inodes or quota.</summary>
    public static bool OfDisk(string said) =>
        said.Contains("No space left on device", StringComparison.Ordinal) || said.Contains("Disk quota exceeded", StringComparison.Ordinal);

    /// <summary>
    /// Memory was refused, in the words of GLib, glibc, C++, poppler, .NET, and FFmpeg's decoders, of which some give another reason in
    /// the end.
    /// </summary>
    public static bool OfMemory(string said) =>
        said.Contains("failed to allocate", StringComparison.OrdinalIgnoreCase)
        || said.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || said.Contains("cannot allocate memory", StringComparison.OrdinalIgnoreCase)
        || said.Contains("bad_alloc", StringComparison.Ordinal)
        || said.Contains("OutOfMemoryException", StringComparison.Ordinal)
        || said.Contains("get_buffer() failed (-12 ", StringComparison.Ordinal);
}
