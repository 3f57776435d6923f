using System.Runtime.InteropServices;
using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Loads libvips before NetVips looks for it.</summary>
internal static class VipsStart
{
    /// <summary>Loads and configures libvips: one thread, no operation cache, no loaders that libvips marks as untrusted.</summary>
    /// <param name="library">Path of the shared library, or a name for the dynamic linker.</param>
    /// <exception cref="InvalidOperationException">libvips did not start.</exception>
    public static void Load(string library)
    {
        // NetVips asks for libvips.so.42 by that name. The dynamic linker answers with the library that is loaded under it.
        NativeLibrary.Load(library);
        Configure(library);
    }

    private static void Configure(string library)
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new InvalidOperationException($"libvips at '{library}' did not start.", ModuleInitializer.Exception);

        NetVips.NetVips.BlockUntrusted = true;
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
    }
}
