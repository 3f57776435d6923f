namespace MangaMotion.Media.Chapters;

/// <summary>One file in an archive.</summary>
internal interface IArchiveEntry
{
    /// <summary>Folders are separated by <c>/</c>. Never used as a path.</summary>
    string Name { get; }

    /// <summary>Bytes when unpacked, as the archive states them.</summary>
    long Unpacked { get; }

    /// <summary>Why the entry cannot be unpacked, as the end of a sentence; null if it can.</summary>
    string? Obstacle { get; }
}

/// <summary>An open archive of any format whose list of files was checked: count, sizes, and no two files of one name.</summary>
internal interface IComicArchive : IDisposable
{
    /// <summary>All files, without folders.</summary>
    IReadOnlyList<IArchiveEntry> Entries { get; }

    /// <summary>Reads the first bytes of entries that have no obstacle.</summary>
    /// <param name="most">Bytes of each entry that are read.</param>
    /// <returns>The bytes in the order of the entries; null where they are damaged.</returns>
    Task<IReadOnlyList<byte[]?>> ReadAsync(IReadOnlyList<IArchiveEntry> entries, int most, CancellationToken cancellationToken);

    /// <summary>Writes one entry that has no obstacle to a new file.</summary>
    /// <param name="following">Entries that will probably be unpacked next.</param>
    /// <exception cref="CorruptMediaException">The entry is damaged, or not of the size or checksum that the archive states.</exception>
    Task UnpackAsync(IArchiveEntry entry, IEnumerable<IArchiveEntry> following, string path, CancellationToken cancellationToken);
}
