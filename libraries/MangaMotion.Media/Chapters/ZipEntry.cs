namespace MangaMotion.Media.Chapters;

/// <summary>One file in an archive, as the archive's directory describes it.</summary>
/// <param name="Name">Name with <c>/</c> between folders. Never used as a path.</param>
/// <param name="Method">Number of the compression method in APPNOTE.</param>
/// <param name="IsEncrypted">Whether a password is needed to read it.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Unpacked">Unpacked bytes. Unpacking stops after them.</param>
/// <param name="Header">Offset of the local header in the file.</param>
/// <param name="Data">Offset of the bytes in the file.</param>
internal sealed record ZipEntry(
    string Name, ushort Method, bool IsEncrypted, uint Crc, long Packed, long Unpacked, long Header, long Data) : IArchiveEntry
{
    public const ushort Stored = 0;
    public const ushort Deflate = 8;
    public const ushort Deflate64 = 9;

    /// <summary>Why the entry cannot be unpacked, as the end of a sentence; null if it can.</summary>
    public string? Obstacle => this switch
    {
        { IsEncrypted: true } => "is encrypted with a password; pack it without one",
        { Method: Stored or Deflate } => null,
        { Method: Deflate64, Packed: < uint.MaxValue, Unpacked: < uint.MaxValue } => null,
        _ => $"is packed by {MethodName}, which is not supported; pack it as a plain ZIP (Deflate)",
    };

    private string MethodName => Method switch
    {
        1 => "Shrink",
        2 or 3 or 4 or 5 => "Reduce",
        6 => "Implode",
        Deflate64 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "xz",
        96 => "JPEG recompression",
        98 => "PPMd",
        _ => $"method {Method}",
    };
}
