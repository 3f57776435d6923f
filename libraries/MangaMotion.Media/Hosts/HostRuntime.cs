using System.Runtime.InteropServices;

namespace MangaMotion.Media.Hosts;

/// <summary>The .NET runtime of media hosts, which is that of this process.</summary>
internal static class HostRuntime
{
    /// <summary>Directory of the program <c>dotnet</c>, three levels above the shared framework.</summary>
    public static string Root { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>
    /// Environment with a heap for the dictionaries of archives: a quarter of the address space. With usual settings, the dictionary of a
    /// 7z has up to 64 MB and that of a RAR up to 32 MB.
    /// </summary>
    public static IReadOnlyDictionary<string, string> CreateArchiveEnvironment(long memoryBytes) =>
        new Dictionary<string, string>(LeanEnvironment)
        {
            ["DOTNET_GCHeapHardLimit"] = $"0x{memoryBytes / 4:x}",
            ["DOTNET_GCRegionRange"] = $"0x{memoryBytes / 2:x}",
        };

    /// <summary>
    /// Environment with a small heap that reserves little address space, without diagnostics sockets, and with a malloc that returns memory
    /// instead of keeping an arena for each thread. The address space of a media host is limited.
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
