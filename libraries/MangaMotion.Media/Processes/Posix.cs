using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Processes;

/// <summary>System calls that .NET does not offer.</summary>
internal static partial class Posix
{
    public const int SigKill = 9, SigXcpu = 24, SigXfsz = 25;

    /// <summary>CAP_SETPCAP: dropping capabilities for good takes one, too.</summary>
    public const int SetCapabilities = 8;

    /// <summary>Kills a child that was started by <c>setsid</c> and everything in its group. A group that has ended is no error.</summary>
    public static void KillGroup(Process leader)
    {
        // Until setsid has run there is no such group, and nobody in it yet but the leader.
        leader.Kill();
        KillOrphans(leader.Id);
    }

    /// <summary>Kills the rest of the group of a child that is dead.</summary>
    public static void KillOrphans(int leader) => _ = kill(-leader, SigKill);

    /// <summary>Whether this process has a capability in effect.</summary>
    public static bool HasCapability(int number)
    {
        const string Name = "CapEff:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return (ulong.Parse(line.AsSpan(Name.Length), NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> number & 1) == 1;
    }

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

}
