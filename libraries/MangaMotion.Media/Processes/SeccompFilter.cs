using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Processes;

/// <summary>
/// A seccomp program that denies system calls that no decoder needs: sockets, new processes, namespaces, mounts, other processes' memory,
/// file modes and owners, kernel interfaces. Denied calls fail with EPERM, so a library that only tests a call continues.
/// </summary>
internal static class SeccompFilter
{
    private const uint KillProcess = 0x8000_0000, Allow = 0x7fff_0000, Refuse = 0x0005_0000 + 1, NotImplemented = 0x0005_0000 + 38;

    /// <summary>Offsets in the kernel's <c>struct seccomp_data</c>.</summary>
    private const uint Number = 0, Architecture = 4, FirstArgument = 16;

    private const uint CloneThread = 0x0001_0000;

    /// <summary>CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.</summary>
    private const uint CloneNamespaces = 0x7e02_0080;

    /// <summary>Calls that are denied: name, number on x86-64, number on arm64 (-1: the processor has no such call).</summary>
    private static readonly (string Name, int X64, int Arm64)[] Denied =
    [
        ("socket", 41, 198), ("io_uring_setup", 425, 425), ("io_uring_enter", 426, 426), ("io_uring_register", 427, 427),
        ("shmget", 29, 194), ("semget", 64, 190), ("msgget", 68, 186), ("mq_open", 240, 180),
        ("fork", 57, -1), ("vfork", 58, -1),
        ("ptrace", 101, 117), (
            "process_vm_readv", 310, 270), ("process_vm_writev", 311, 271), ("process_madvise", 440, 440), ("process_mrelease", 448, 448),
        ("kcmp", 312, 272), ("pidfd_open", 434, 434), ("pidfd_getfd", 438, 438), ("pidfd_send_signal", 424, 424),
        ("unshare", 272, 97), ("setns", 308, 268), ("chroot", 161, 51), ("pivot_root", 155, 41), ("mount", 165, 40), ("umount2", 166, 39),
        ("open_tree", 428, 428), (
            "move_mount", 429, 429), ("fsopen", 430, 430), ("fsconfig", 431, 431), ("fsmount", 432, 432), ("fspick", 433, 433),
        ("mount_setattr", 442, 442), ("name_to_handle_at", 303, 264), ("open_by_handle_at", 304, 265), ("fanotify_init", 300, 262),
        ("truncate", 76, 45), ("chmod", 90, -1), ("fchmod", 91, 52), ("fchmodat", 268, 53), ("fchmodat2", 452, 452),
        ("chown", 92, -1), ("fchown", 93, 55), ("lchown", 94, -1), ("fchownat", 260, 54),
        ("setxattr", 188, 5), (
            "lsetxattr", 189, 6), ("fsetxattr", 190, 7), ("removexattr", 197, 14), ("lremovexattr", 198, 15), ("fremovexattr", 199, 16),
        ("kexec_load", 246, 104), ("kexec_file_load", 320, 294), ("reboot", 169, 142), ("swapon", 167, 224), ("swapoff", 168, 225),
        ("init_module", 175, 105), (
            "finit_module", 313, 273), ("delete_module", 176, 106), ("bpf", 321, 280), ("perf_event_open", 298, 241),
        ("userfaultfd", 323, 282), (
            "add_key", 248, 217), ("request_key", 249, 218), ("keyctl", 250, 219), ("acct", 163, 89), ("quotactl", 179, 60),
        ("syslog", 103, 116), ("sethostname", 170, 161), ("setdomainname", 171, 162), ("iopl", 172, -1), ("ioperm", 173, -1),
        ("settimeofday", 164, 170), ("clock_settime", 227, 112), ("adjtimex", 159, 171), ("clock_adjtime", 305, 266), ("vhangup", 153, 58),
    ];

    private static readonly bool IsArm64 = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64;

    /// <summary>Whether the system call numbers of this processor are listed here.</summary>
    public static bool IsKnownProcessor =>
        IsArm64 || RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64;

    /// <summary>Number of the system call <c>prctl</c>.</summary>
    public static int Prctl => Pick(157, 167);

    /// <summary>Number of the system call <c>seccomp</c>.</summary>
    public static int Seccomp => Pick(317, 277);

    /// <summary>Builds the program in the kernel's format: 8 bytes an instruction.</summary>
    public static byte[] Build()
    {
        var program = new List<byte[]>
        {
            Load(Architecture),
            JumpIfEqual(IsArm64 ? 0xC000_00B7 : 0xC000_003E, skipIfTrue: 1, skipIfFalse: 0),
            Return(KillProcess),
            Load(Number),
        };
        if (!IsArm64)
            program.AddRange(
                [JumpIfAtLeast(0x4000_0000, skipIfTrue: 0, skipIfFalse: 1), Return(Refuse)]); // the x32 ABI has numbers of its own
        foreach (var (_, x64, arm64) in Denied)
        {
            if (Pick(x64, arm64) is >= 0 and var number)
                program.AddRange([JumpIfEqual((uint)number, skipIfTrue: 0, skipIfFalse: 1), Return(Refuse)]);
        }

        // clone3 has its flags in memory, which a filter cannot read. After ENOSYS the C library uses clone, which may only start threads.
        program.AddRange([JumpIfEqual(435, skipIfTrue: 0, skipIfFalse: 1), Return(NotImplemented)]);
        program.AddRange(
        [
            JumpIfEqual((uint)Pick(56, 220), skipIfTrue: 0, skipIfFalse: 5),
            Load(FirstArgument),
            JumpIfAnyBit(CloneNamespaces, skipIfTrue: 1, skipIfFalse: 0),
            JumpIfAnyBit(CloneThread, skipIfTrue: 1, skipIfFalse: 0),
            Return(Refuse),
            Return(Allow),
        ]);

        // prlimit64 on another process of the same user, such as the worker.
        program.AddRange(
        [
            JumpIfEqual((uint)Pick(302, 261), skipIfTrue: 0, skipIfFalse: 3),
            Load(FirstArgument),
            JumpIfEqual(0, skipIfTrue: 1, skipIfFalse: 0),
            Return(Refuse),
            Return(Allow),
        ]);
        return [.. program.SelectMany(instruction => instruction)];
    }

    private static int Pick(int x64, int arm64) => IsArm64 ? arm64 : x64;

    private static byte[] Load(uint offset) => Instruction(0x20, 0, 0, offset);

    private static byte[] JumpIfEqual(uint value, byte skipIfTrue, byte skipIfFalse) => Instruction(0x15, skipIfTrue, skipIfFalse, value);

    private static byte[] JumpIfAtLeast(uint value, byte skipIfTrue, byte skipIfFalse) => Instruction(0x35, skipIfTrue, skipIfFalse, value);

    private static byte[] JumpIfAnyBit(uint bits, byte skipIfTrue, byte skipIfFalse) => Instruction(0x45, skipIfTrue, skipIfFalse, bits);

    private static byte[] Return(uint action) => Instruction(0x06, 0, 0, action);

    /// <summary>Encodes the kernel's <c>struct sock_filter</c>, which is little-endian on both processors.</summary>
    private static byte[] Instruction(ushort code, byte skipIfTrue, byte skipIfFalse, uint value)
    {
        var instruction = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
        (instruction[2], instruction[3]) = (skipIfTrue, skipIfFalse);
        BinaryPrimitives.WriteUInt32LittleEndian(instruction.AsSpan(4), value);
        return instruction;
    }
}
