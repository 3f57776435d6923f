namespace MangaMotion.Media.Hosts;

/// <summary>Finds libvips: configured, brought by the clone's setup, or the system's.</summary>
internal static class VipsLibrary
{
    // Debian's: the linker finds it by this name.
    private const string System = "libvips.so.42";

    /// <summary>
    /// The library for HEIC, which only the system's decodes (the fast one is built without HEVC, for its patents); null where
    /// it is not installed.
    /// </summary>
    public static string? ForHeic { get; } =
        Directory.Exists("/usr/lib") && Directory.EnumerateDirectories("/usr/lib").Any(directory => File.Exists(Path.Combine(directory, System))) ? System : null;

    /// <summary>A path, or a name for the dynamic linker.</summary>
    /// <exception cref="FileNotFoundException">The configured file is not there.</exception>
    public static string Find(string configured, string startingAt)
    {
        if (configured.Length > 0)
        {
            return File.Exists(configured) || !configured.Contains('/')
                ? configured
                : throw new FileNotFoundException($"No libvips at '{configured}': correct Media:Vips:Library or leave it empty.", configured);
        }

        for (var directory = new DirectoryInfo(startingAt); directory is not null; directory = directory.Parent)
        {
            var packages = new DirectoryInfo(Path.Combine(directory.FullName, ".mangamotion/native/node_modules/@img"));
            if (packages.Exists)
                return packages.EnumerateFiles("libvips-cpp.so.*", SearchOption.AllDirectories).Select(file => file.FullName).Order().LastOrDefault(System);
        }

        return System;
    }
}
