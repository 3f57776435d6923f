using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Processes;

/// <summary>System calls that .NET does not offer.</summary>
internal static partial class Posix
{
    public const int SigKill = 9, SigXcpu = 24, SigXfsz = 25;

    /// <summary>CAP_SETPCAP, which is needed to drop capabilities for good.</summary>
    public const int SetCapabilities = 8;

    /// <summary>
    /// Kills a process that was started by <c>setsid</c> and all processes of its group. Does nothing if the group has ended.
    /// </summary>
    public static void KillGroup(Process leader)
    {
        // The group exists only after setsid has run. Before that, the leader is the only process.
        leader.Kill();
        KillOrphans(leader.Id);
    }

    /// <summary>Kills the remaining processes of the group of an ended process.</summary>
    public static void KillOrphans(int leader) => _ = kill(-leader, SigKill);

    /// <summary>Whether this process has an effective capability.</summary>
    public static bool HasCapability(int number)
    {
        const string Name = "CapEff:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        const NumberStyles Style = NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite;
        return (ulong.Parse(line.AsSpan(Name.Length), Style, CultureInfo.InvariantCulture) >> number & 1) == 1;
    }

    /// <summary>Creates a hard link.</summary>
    /// <exception cref="IOException">The link cannot be created.</exception>
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
