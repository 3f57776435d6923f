using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost;

/// <summary>Native libraries that were loaded by path, by the name under which their functions are imported.</summary>
internal static class NativeLibraries
{
    private static readonly Dictionary<string, nint> Handles = [];

    static NativeLibraries() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, (name, _, _) => Handles.GetValueOrDefault(name));

    public static void Add(string name, nint handle) => Handles[name] = handle;
}
