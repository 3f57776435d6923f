namespace MangaMotion.Media.Processes;

/// <summary>Directory or file that a started process sees: its path for this process and its path inside the sandbox.</summary>
internal sealed record Mount(string Path, string Inside, bool Writable = false);

/// <summary>Parameters of a process to start in the sandbox.</summary>
internal sealed record SandboxedStart
{
    /// <summary>Absolute path of the program, or its name on the system's PATH.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>
    /// Files and directories that the process may open besides the system's programs. The first is its working directory.
    /// </summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    public required ResourceCaps Caps { get; init; }

    /// <summary>Environment besides PATH, HOME and LANG, which are always set.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Limits that the kernel enforces for the started process and its descendants, each for itself.</summary>
internal sealed record ResourceCaps
{
    /// <summary>Address space in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Most bytes of one file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Processor seconds; null for a media host, whose jobs are limited one by one.</summary>
    public int? CpuSeconds { get; init; }

    /// <summary>Most processes and threads. Applied only if the kernel counts those inside the sandbox alone.</summary>
    public int Processes { get; init; } = 64;

    public int OpenFiles { get; init; } = 256;
}
