using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MangaMotion.LocalStack.Processes;

/// <summary>Sends POSIX signals. .NET can only send SIGKILL.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal to a process. A process that has ended is not an error.</summary>
    public static void Send(int processId, int signal) => SendTo(processId, signal);

    /// <summary>Sends a signal to every process of a group. An empty group is not an error.</summary>
    public static void SendToGroup(int groupId, int signal) => SendTo(-groupId, signal);

    private static void SendTo(int target, int signal)
    {
        if (SystemKill(target, signal) == 0 || Marshal.GetLastPInvokeError() == NoSuchProcess)
            return;
        throw new Win32Exception(Marshal.GetLastPInvokeError(),
            $"Signal {signal} to {target} was rejected: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SystemKill(int processId, int signal);
}
