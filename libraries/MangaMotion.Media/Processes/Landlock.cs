using System.Globalization;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Rules for Landlock, access control of the kernel that a process without privileges applies to itself. The numbers are from
/// <c>linux/landlock.h</c>. Newer kernels can deny more rights.
/// </summary>
internal static partial class Landlock
{
    private const long CreateRuleset = 444;
    private const uint GetVersion = 1;

    private const int Execute = 1 << 0, WriteFile = 1 << 1, ReadFile = 1 << 2, ReadDirectory = 1 << 3;
    private const int RemoveDirectory = 1 << 4, RemoveFile = 1 << 5;
    private const int MakeDirectory = 1 << 7, MakeFile = 1 << 8, Refer = 1 << 13, Truncate = 1 << 14, DeviceControl = 1 << 15;

    /// <summary>All rights of version 1, from <see cref="Execute"/> to making a symbolic link.</summary>
    private const int FirstRights = (1 << 13) - 1;

    private const int Read = ReadFile | ReadDirectory;

    /// <summary>
    /// Rights in a writable directory. They exclude creating links, pipes, sockets and devices, and running written files.
    /// </summary>
    private const int Write = Read | WriteFile | RemoveDirectory | RemoveFile | MakeDirectory | MakeFile | Refer | Truncate;

    /// <summary>Devices that programs need.</summary>
    private static readonly (string Path, int Access)[] Devices =
        [("/dev/null", ReadFile | WriteFile), ("/dev/zero", ReadFile), ("/dev/random", ReadFile), ("/dev/urandom", ReadFile)];

    /// <summary>Version of the kernel's interface; 0 if it cannot be used, for the reason in <see cref="Missing"/>.</summary>
    public static int Version { get; } = ReadVersion();

    /// <summary>Why Landlock cannot be used on this machine; null if it can.</summary>
    public static string? Missing { get; private set; }

    /// <summary>Lists the arguments of confine.pl: the rights denied by default, then the exceptions.</summary>
    /// <param name="system">Directories and files of the system that every process may read and run.</param>
    public static IEnumerable<string> Arguments(IEnumerable<string> system, IReadOnlyList<Mount> mounts)
    {
        var files = FirstRights | (Version >= 2 ? Refer : 0) | (Version >= 3 ? Truncate : 0) | (Version >= 5 ? DeviceControl : 0);
        yield return Text(files);
        yield return Text(Version >= 4 ? 3 : 0); // binding and connecting TCP sockets
        yield return Text(Version >= 6 ? 3 : 0); // abstract Unix sockets and signals to processes outside
        foreach (var path in system)
            yield return Rule(Read | Execute, path);

        // The runtime reads its own limits there. Landlock itself protects the memory and the environment of other processes.
        yield return Rule(Read, "/proc");
        foreach (var (path, access) in Devices)
            yield return Rule(access, path);
        foreach (var mount in mounts)
            yield return Rule(mount.Writable ? Write : Read | Execute, mount.Path);

        string Rule(int access, string path) => $"{Text(access & files)}:{path}";
    }

    private static int ReadVersion()
    {
        var version = syscall(CreateRuleset, 0, 0, GetVersion);
        if (version > 0)
            return (int)version;
        Missing = Marshal.GetLastPInvokeError() switch
        {
            38 => "the kernel has no Landlock", // ENOSYS
            95 => "Landlock is not switched on in this kernel", // EOPNOTSUPP
            _ => "the container's seccomp profile forbids Landlock",
        };
        return 0;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, nint attributes, nuint size, uint flags);
}
