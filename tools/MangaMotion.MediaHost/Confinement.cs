using System.Runtime.InteropServices;
using MangaMotion.Media.Processes;

namespace MangaMotion.MediaHost;

/// <summary>
/// One more layer inside every sandbox: this process denies itself what no decoder needs. seccomp can be applied to threads that run
/// already, Landlock cannot, which is why confine.pl applies that before this process is.
/// </summary>
internal static unsafe partial class Confinement
{
    private const int SetNoNewPrivileges = 38;
    private const int SetModeFilter = 1;
    private const int AllThreads = 1;

    /// <summary>Applies the filter to all threads. A kernel without seccomp leaves the process to its sandbox.</summary>
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
