namespace MangaMotion.Media.Processes;

/// <summary>A directory or file that a child sees: its path here and its path for the child.</summary>
internal sealed record Mount(string Path, string Inside, bool Writable = false);

/// <summary>Everything that one child is started with.</summary>
internal sealed record SandboxedStart
{
    /// <summary>Absolute path, or a name that is looked up on the system's PATH.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Files and directories the child may open besides the system's programs. The first is its working directory.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    public required ResourceCaps Caps { get; init; }

    /// <summary>The child's environment without PATH, HOME and LANG, which are always set.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Limits that the kernel enforces for every process of a child.</summary>
internal sealed record ResourceCaps
{
    /// <summary>Address space in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes of one file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Processor seconds; null for a media host, whose jobs are timed one by one.</summary>
    public int? CpuSeconds { get; init; }

    /// <summary>Processes and threads; applied only where the kernel counts those of the child alone.</summary>
    public int Processes { get; init; } = 64;

    public int OpenFiles { get; init; } = 256;
}
