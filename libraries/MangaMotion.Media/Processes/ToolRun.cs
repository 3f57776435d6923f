namespace MangaMotion.Media.Processes;

/// <summary>One run of a command-line tool on one job's files.</summary>
public sealed record ToolRun
{
    /// <summary>Name of the program, found on the system's PATH.</summary>
    public required string Tool { get; init; }

    /// <summary>Given to the tool one by one; no shell sees them. Files are named relative to the directory, by names of ours.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The tool's working directory, the only one it may write to; in a job's workspace.</summary>
    public required string Directory { get; init; }

    /// <summary>A file that the tool sees as <c>input</c> in its directory, read-only.</summary>
    public string? Input { get; init; }

    /// <summary>More files or directories that the tool sees where they are, read-only.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Gives the tool its standard input, which ends when the task does; null gives none. A tool that stops reading early is judged by its exit.</summary>
    public Func<Stream, CancellationToken, Task>? WriteStdin { get; init; }

    /// <summary>Takes the standard output as it comes; null keeps it for <see cref="ToolResult.Stdout"/>, up to <see cref="StdoutBytes"/>.</summary>
    public Func<Stream, CancellationToken, Task>? ReadStdout { get; init; }

    /// <summary>What the tool's environment holds besides PATH, HOME and LANG.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes of standard output after which the tool is killed.</summary>
    public int StdoutBytes { get; init; } = 1_000_000;

    /// <summary>Null takes <see cref="MediaLimits.MemoryBytes"/>.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Bytes of one file that the tool writes; null takes <see cref="MediaLimits.OutputBytes"/>.</summary>
    public long? FileBytes { get; init; }

    /// <summary>Null takes <see cref="MediaLimits.CpuSeconds"/>.</summary>
    public int? CpuSeconds { get; init; }

    /// <summary>Null takes <see cref="MediaLimits.WallSeconds"/>.</summary>
    public int? WallSeconds { get; init; }

    /// <summary>What the owner calls the file, such as <c>PDF</c>.</summary>
    public string Subject { get; init; } = "file";
}

/// <summary>The end of a tool that ended by itself.</summary>
/// <param name="ExitCode">0–128. Zero is not success: look at what was made.</param>
/// <param name="Stdout">Empty where <see cref="ToolRun.ReadStdout"/> took it.</param>
/// <param name="Stderr">The last 8 KB.</param>
/// <param name="CommandLine">For messages to the operator.</param>
public sealed record ToolResult(int ExitCode, byte[] Stdout, string Stderr, string CommandLine)
{
    /// <summary>For messages to the operator.</summary>
    public string Detail => $"{CommandLine}: exit {ExitCode}; stderr: {Complaints(Stderr)}";

    /// <summary>Without what a file says of itself (titles, names), which ffmpeg indents in its report, and which belongs in no log.</summary>
    internal static string Complaints(string stderr) => string.Join('\n', stderr.Split('\n').Where(line => !line.StartsWith(' ')));
}
