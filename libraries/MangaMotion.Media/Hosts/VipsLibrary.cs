using System.Runtime.InteropServices;

namespace MangaMotion.Media.Hosts;

/// <summary>Finds libvips: the configured library, the one in the media host's folder, or the system's.</summary>
internal static class VipsLibrary
{
    // The name of every libvips 8, as a file and for the dynamic linker.
    private const string Name = "libvips.so.42";

    /// <summary>
    /// Library for HEIC: the system's, because the one in the media host's folder is built without HEVC, for its patents. Null if it is not
    /// installed.
    /// </summary>
    public static string? ForHeic { get; } =
        Directory.Exists("/usr/lib")
        && Directory.EnumerateDirectories("/usr/lib").Any(directory => File.Exists(Path.Combine(directory, Name)))
            ? Name
            : null;

    /// <summary>Finds the path of the library, or its name for the dynamic linker.</summary>
    /// <param name="configured">Setting <c>Media:Vips:Library</c>; empty if unset.</param>
    /// <param name="hostFolder">Folder of the media host's program.</param>
    /// <exception cref="FileNotFoundException">The configured file does not exist.</exception>
    public static string Find(string configured, string hostFolder)
    {
        if (configured.Length > 0)
        {
            return File.Exists(configured) || !configured.Contains('/')
                ? configured
                : throw new FileNotFoundException(
                    $"No libvips at '{configured}': correct Media:Vips:Library or leave it empty.", configured);
        }

        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        var packaged = Path.Combine(hostFolder, "runtimes", $"linux-{architecture}", "native", Name);
        return File.Exists(packaged) ? packaged : Name;
    }
}
