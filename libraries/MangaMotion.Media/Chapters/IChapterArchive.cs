namespace MangaMotion.Media.Chapters;

/// <summary>One file in an archive.</summary>
internal interface IArchiveEntry
{
    /// <summary>Name with <c>/</c> between folders. Never used as a path.</summary>
    string Name { get; }

    /// <summary>Unpacked bytes that the archive states.</summary>
    long Unpacked { get; }

    /// <summary>Why the entry cannot be unpacked, as the end of a sentence; null if it can.</summary>
    string? Obstacle { get; }
}

/// <summary>Open archive of any format. The number, sizes and names of its files are checked; no two have the same name.</summary>
internal interface IChapterArchive : IDisposable
{
    /// <summary>All entries except folders.</summary>
    IReadOnlyList<IArchiveEntry> Entries { get; }

    /// <summary>Reads the first bytes of entries that have no obstacle.</summary>
    /// <param name="maxBytes">Most bytes to read of each entry.</param>
    /// <returns>Bytes in the order of the entries; null for a damaged entry.</returns>
    Task<IReadOnlyList<byte[]?>> ReadAsync(IReadOnlyList<IArchiveEntry> entries, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Writes one entry that has no obstacle to a new file.</summary>
    /// <param name="following">Entries that will probably be unpacked next.</param>
    /// <exception cref="CorruptMediaException">The entry is damaged, or has another size or checksum than the archive states.</exception>
    Task UnpackAsync(IArchiveEntry entry, IEnumerable<IArchiveEntry> following, string path, CancellationToken cancellationToken);
}
