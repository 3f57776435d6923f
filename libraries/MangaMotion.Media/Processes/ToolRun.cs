namespace MangaMotion.Media.Processes;

/// <summary>Parameters of one run of a command-line tool on files of a job.</summary>
public sealed record ToolRun
{
    /// <summary>Name of the program, found on the system's PATH.</summary>
    public required string Tool { get; init; }

    /// <summary>Arguments, passed without a shell. File names are relative to the directory and never come from a caller.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Working directory in the job's workspace, the only one that the tool may write to.</summary>
    public required string Directory { get; init; }

    /// <summary>File that the tool sees read-only as <c>input</c> in its directory.</summary>
    public string? Input { get; init; }

    /// <summary>More files or directories that the tool sees read-only at their own paths.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>
    /// Writes the standard input, which ends with the task; null for none. If a tool stops reading early, its exit code decides about
    /// success.
    /// </summary>
    public Func<Stream, CancellationToken, Task>? WriteStdin { get; init; }

    /// <summary>
    /// Reads the standard output while the tool runs; null to keep it for <see cref="ToolResult.Stdout"/>, up to <see cref="StdoutBytes"/>.
    /// </summary>
    public Func<Stream, CancellationToken, Task>? ReadStdout { get; init; }

    /// <summary>Environment besides PATH, HOME and LANG.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes of standard output after which the tool is killed.</summary>
    public int StdoutBytes { get; init; } = 1_000_000;

    /// <summary>Address space in bytes; null for <see cref="MediaLimits.MemoryBytes"/>.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Most bytes of one written file; null for <see cref="MediaLimits.OutputBytes"/>.</summary>
    public long? FileBytes { get; init; }

    /// <summary>Processor seconds; null for <see cref="MediaLimits.CpuSeconds"/>.</summary>
    public int? CpuSeconds { get; init; }

    /// <summary>Wall seconds; null for <see cref="MediaLimits.WallSeconds"/>.</summary>
    public int? WallSeconds { get; init; }

    /// <summary>Name of the file's type in owner messages, such as <c>PDF</c>.</summary>
    public string Subject { get; init; } = "file";
}

/// <summary>Result of a tool that ended without being killed.</summary>
/// <param name="ExitCode">Exit code, 0–128. Zero does not mean success: check the output files.</param>
/// <param name="Stdout">Standard output; empty if <see cref="ToolRun.ReadStdout"/> read it.</param>
/// <param name="Stderr">Last 8 KB of stderr.</param>
/// <param name="CommandLine">Command line, for messages to the operator.</param>
public sealed record ToolResult(int ExitCode, byte[] Stdout, string Stderr, string CommandLine)
{
    /// <summary>Description of the run for messages to the operator.</summary>
    public string Detail => $"{CommandLine}: exit {ExitCode}; stderr: {RemoveMetadata(Stderr)}";

    /// <summary>Removes metadata of the file (titles, names), which ffmpeg indents in its report. It must not be logged.</summary>
    internal static string RemoveMetadata(string stderr) =>
        string.Join('\n', stderr.Split('\n').Where(line => !line.StartsWith(' ')));
}
