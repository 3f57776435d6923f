using System.Runtime.InteropServices;

namespace MangaMotion.Media.Processes;

/// <summary>The calls that .NET has no word for.</summary>
internal static partial class Posix
{
    public const int SigKill = 9, SigXcpu = 24, SigXfsz = 25;

    public static bool IsRoot { get; } = geteuid() == 0;

    /// <summary>Kills the process and everything in its group. A group that is gone already is no error.</summary>
    public static void KillGroup(int leader) => _ = kill(-leader, SigKill);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
