using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost;

/// <summary>The native libraries that were loaded, by the names under which they are imported.</summary>
internal static class Libraries
{
    private static readonly Dictionary<string, nint> Handles = [];

    static Libraries() => NativeLibrary.SetDllImportResolver(typeof(Libraries).Assembly, (name, _, _) => Handles.GetValueOrDefault(name));

    public static void Add(string name, nint handle) => Handles[name] = handle;
}
