using System.Runtime.InteropServices;

namespace MangaMotion.Media.Hosts;

/// <summary>The runtime that the children run on: this process's own.</summary>
internal static class DotNet
{
    /// <summary>The directory that holds <c>dotnet</c>: three above the shared framework.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>
    /// A heap for the dictionaries of archives: a quarter of the address space of a child. The dictionary of a 7z has up to 64 MB by the
    /// usual settings, that of a RAR up to 32 MB.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ArchiveEnvironment(long memoryBytes) => new Dictionary<string, string>(LeanEnvironment)
    {
        ["DOTNET_GCHeapHardLimit"] = $"0x{memoryBytes / 4:x}",
        ["DOTNET_GCRegionRange"] = $"0x{memoryBytes / 2:x}",
    };

    /// <summary>
    /// A small heap that reserves little address space (the child runs under an address space cap), no diagnostics sockets,
    /// and a malloc that gives memory back instead of keeping an arena a thread.
    /// </summary>
    public static IReadOnlyDictionary<string, string> LeanEnvironment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_GCHeapHardLimit"] = "0x4000000",
        ["DOTNET_GCRegionRange"] = "0x8000000",
        ["DOTNET_GCgen0size"] = "0x100000",
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["MALLOC_ARENA_MAX"] = "1",
        ["VIPS_CONCURRENCY"] = "1",
    };
}
