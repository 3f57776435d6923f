using System.Runtime.InteropServices;
using MangaMotion.Media.Processes;

namespace MangaMotion.MediaHost;

/// <summary>
/// Installs the seccomp filter in this process, as one more layer inside every sandbox. seccomp can be applied to running threads.
/// Landlock cannot, so confine.pl applies it before this process starts.
/// </summary>
internal static unsafe partial class Confinement
{
    private const int SetNoNewPrivileges = 38;
    private const int SetModeFilter = 1;
    private const int AllThreads = 1;

    /// <summary>Applies the filter to all threads. Does nothing on a kernel without seccomp.</summary>
    public static void Apply()
    {
        if (!SeccompFilter.IsKnownProcessor || prctl(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
            return;
        var program = SeccompFilter.Build();
        fixed (byte* instructions = program)
        {
            var filter = new Filter { Length = (ushort)(program.Length / 8), Instructions = instructions };
            _ = syscall(SeccompFilter.Seccomp, SetModeFilter, AllThreads, &filter);
        }
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc")]
    private static partial long syscall(long number, nint operation, nint flags, Filter* filter);

    /// <summary>The kernel's <c>struct sock_fprog</c>.</summary>
    private struct Filter
    {
        public ushort Length;
        public byte* Instructions;
    }
}
