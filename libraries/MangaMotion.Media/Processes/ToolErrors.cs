namespace MangaMotion.Media.Processes;

/// <summary>Recognizes causes of failures by the messages of tools and libraries.</summary>
internal static class ToolErrors
{
    /// <summary>Programs that run before the tool. They write their name before every message.</summary>
    private static readonly string[] Launchers = ["bwrap: ", "confine: ", "setpriv: ", "prlimit: ", "setsid: "];

    /// <summary>Messages of the C library about a disk without free bytes, inodes or quota.</summary>
    private static readonly string[] FullDisk = ["No space left on device", "Disk quota exceeded"];

    /// <summary>Messages of the C library about files that the machine does not let the program open.</summary>
    private static readonly string[] DeniedFile =
        ["No such file or directory", "Permission denied", "Too many open files", .. FullDisk];

    /// <summary>
    /// Messages about refused memory of GLib, glibc, C++, poppler, .NET and FFmpeg's decoders. Some decoders give another reason at the
    /// end.
    /// </summary>
    private static readonly string[] NoMemory =
        ["failed to allocate", "out of memory", "cannot allocate memory", "bad_alloc", "OutOfMemoryException", "get_buffer() failed (-12 "];

    /// <summary>Messages of the C library, .NET and shells about a process or a thread that the kernel refused.</summary>
    private static readonly string[] NoThread =
        ["Resource temporarily unavailable", "Failed to create CoreCLR", "pthread_create", "Cannot fork", "cannot create thread"];

    public static bool IsFullDisk(string message) => ContainsAny(message, FullDisk);

    public static bool IsNoMemory(string message) => ContainsAny(message, NoMemory);

    /// <summary>Whether the kernel refused a process or a thread.</summary>
    public static bool IsNoThread(string message) => ContainsAny(message, NoThread);

    /// <summary>Whether the machine did not let the program open a file.</summary>
    public static bool IsDeniedFile(string message) => ContainsAny(message, DeniedFile);

    /// <summary>Whether the program is not installed.</summary>
    public static bool IsMissingProgram(int exitCode, string stderr) =>
        exitCode is 126 or 127
        && stderr.StartsWith("prlimit: failed to execute", StringComparison.Ordinal)
        && stderr.Contains("No such file or directory", StringComparison.Ordinal);

    /// <summary>Whether one of the programs that start the tool failed, so that the tool never read the file.</summary>
    public static bool IsFailedLauncher(int exitCode, string stderr) =>
        exitCode is 126 or 127 || (exitCode != 0 && Launchers.Any(launcher => stderr.StartsWith(launcher, StringComparison.Ordinal)));

    /// <summary>The first message on stderr, for the operator; null if there is none.</summary>
    public static string? FindReason(string stderr)
    {
        var line = stderr.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
        return line switch
        {
            null => null,
            _ when line.Contains("failed to execute bwrap", StringComparison.Ordinal) => "bubblewrap is not installed",
            _ when line.Contains("failed to execute perl", StringComparison.Ordinal) => "perl is not installed",
            _ when line.StartsWith("bwrap: ", StringComparison.Ordinal) => $"namespaces or mounts are forbidden to this process ({line})",
            _ => line,
        };
    }

    private static bool ContainsAny(string message, string[] phrases) =>
        phrases.Any(phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
