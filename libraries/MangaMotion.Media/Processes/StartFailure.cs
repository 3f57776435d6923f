namespace MangaMotion.Media.Processes;

/// <summary>Recognises the words of programs that could not start, or were refused a process or a thread. The file is not to blame.</summary>
internal static class StartFailure
{
    /// <summary>Programs that run before the tool and write their name in front of every message.</summary>
    private static readonly string[] Launchers = ["bwrap: ", "confine: ", "setpriv: ", "prlimit: ", "setsid: "];

    /// <summary>The program is not on this machine.</summary>
    public static bool OfMissingProgram(int exitCode, string said) =>
        exitCode is 126 or 127 && said.StartsWith("prlimit: failed to execute", StringComparison.Ordinal) && said.Contains("No such file or directory", StringComparison.Ordinal);

    /// <summary>One of the programs that start the tool failed, so the tool never saw the file.</summary>
    public static bool OfLauncher(int exitCode, string said) =>
        exitCode is 126 or 127 || (exitCode != 0 && Launchers.Any(launcher => said.StartsWith(launcher, StringComparison.Ordinal)));

    /// <summary>The kernel refused a process or a thread, in the words of the C library, of .NET and of shells.</summary>
    public static bool OfRefusedThread(string said) =>
        said.Contains("Resource temporarily unavailable", StringComparison.Ordinal)
        || said.Contains("Failed to create CoreCLR", StringComparison.Ordinal)
        || said.Contains("pthread_create", StringComparison.Ordinal)
        || said.Contains("Cannot fork", StringComparison.OrdinalIgnoreCase)
        || said.Contains("cannot create thread", StringComparison.OrdinalIgnoreCase);

    /// <summary>The machine kept a file from the program, in the words of the C library.</summary>
    public static bool OfFileAccess(string said) =>
        said.Contains("No such file or directory", StringComparison.Ordinal)
        || said.Contains("Permission denied", StringComparison.Ordinal)
        || said.Contains("Too many open files", StringComparison.Ordinal)
        || Shortage.OfDisk(said);

    /// <summary>The first message, for the operator; null where nothing was said.</summary>
    public static string? Reason(string said)
    {
        var line = said.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
        return line switch
        {
            null => null,
            _ when line.Contains("failed to execute bwrap", StringComparison.Ordinal) => "bubblewrap is not installed",
            _ when line.Contains("failed to execute perl", StringComparison.Ordinal) => "perl is not installed",
            _ when line.StartsWith("bwrap: ", StringComparison.Ordinal) => $"namespaces or mounts are forbidden to this process ({line})",
            _ => line,
        };
    }
}
