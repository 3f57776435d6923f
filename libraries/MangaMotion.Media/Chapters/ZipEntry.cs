namespace MangaMotion.Media.Chapters;

/// <summary>One file in an archive, as its directory says.</summary>
/// <param name="Name">With <c>/</c> between folders; never used as a path.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Unpacked">Bytes when unpacked; it is held to them.</param>
/// <param name="Header">Where its local header begins.</param>
/// <param name="Data">Where its bytes begin.</param>
internal sealed record ZipEntry(string Name, bool Deflated, uint Crc, long Packed, long Unpacked, long Header, long Data);
