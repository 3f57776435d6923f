using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Processes;

/// <summary>The calls that .NET has no word for.</summary>
internal static partial class Posix
{
    public const int SigKill = 9, SigXcpu = 24, SigXfsz = 25;

    public static bool IsRoot { get; } = geteuid() == 0;

    /// <summary>Kills a child that was started by <c>setsid</c> and everything in its group. What is gone already is no error.</summary>
    public static void KillGroup(Process leader)
    {
        // Until setsid has run there is no such group, and nobody in it yet but the leader.
        leader.Kill();
        KillOrphans(leader.Id);
    }

    /// <summary>Kills what is left of the group of a child that is dead.</summary>
    public static void KillOrphans(int leader) => _ = kill(-leader, SigKill);

    /// <summary>Gives a file a second name on the same file system.</summary>
    /// <exception cref="IOException">It cannot have one.</exception>
    public static void Link(string file, string name)
    {
        if (link(file, name) != 0)
            throw new IOException($"'{file}' cannot be linked as '{name}': {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string file, string name);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
