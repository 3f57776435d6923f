using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace MangaMotion.Media.Tests;

/// <summary>Entry of a <see cref="RawZip"/>.</summary>
/// <param name="Name">Bytes of the name in the archive.</param>
/// <param name="Bytes">Unpacked bytes.</param>
internal sealed record RawEntry(byte[] Name, byte[] Bytes)
{
    public RawEntry(string name, byte[] bytes)
        : this(Encoding.UTF8.GetBytes(name), bytes)
    {
    }

    /// <summary>System that wrote the entry: 0 DOS and Windows, 3 Unix, 19 macOS.</summary>
    public byte Host { get; init; }

    public ushort Flags { get; init; }

    public ushort Method { get; init; }

    /// <summary>Packed bytes, or null to store the unpacked ones.</summary>
    public byte[]? Packed { get; init; }

    public byte[] Extra { get; init; } = [];

    /// <summary>True to write sizes and offset as 64-bit values.</summary>
    public bool Zip64 { get; init; }
}

/// <summary>ZIP archives of forms that .NET's writer cannot write.</summary>
internal static class RawZip
{
    /// <param name="prefix">Bytes before the archive.</param>
    /// <param name="countsPrefix">True if offsets count from the beginning of the file, false from that of the archive.</param>
    /// <param name="trailing">Bytes after the archive.</param>
    public static byte[] Write(
        IReadOnlyList<RawEntry> entries, byte[]? prefix = null, bool countsPrefix = false, byte[]? comment = null, byte[]? trailing = null,
        bool zip64 = false)
    {
        using var zip = new MemoryStream();
        zip.Write(prefix ?? []);
        var origin = countsPrefix ? 0 : zip.Position;
        using var directory = new MemoryStream();
        foreach (var entry in entries)
        {
            var offset = zip.Position - origin;
            var packed = entry.Packed ?? entry.Bytes;
            var crc = Checksum(entry.Bytes);
            Put(
                zip, 0x04034B50u, (ushort)20, entry.Flags, entry.Method, 0u, crc, (uint)packed.Length, (uint)entry.Bytes.Length,
                (ushort)entry.Name.Length, (ushort)0);
            zip.Write(entry.Name);
            zip.Write(packed);

            byte[] extra = [.. entry.Extra, .. entry.Zip64 ? Sixty(entry.Bytes.Length, packed.Length, offset) : []];
            Put(directory, 0x02014B50u, (ushort)(entry.Host << 8 | 20), (ushort)20, entry.Flags, entry.Method, 0u, crc);
            Put(directory, entry.Zip64 ? uint.MaxValue : (uint)packed.Length, entry.Zip64 ? uint.MaxValue : (uint)entry.Bytes.Length);
            Put(
                directory, (ushort)entry.Name.Length, (ushort)extra.Length, (ushort)0, (ushort)0, (ushort)0, 0u, entry.Zip64
                    ? uint.MaxValue
                    : (uint)offset);
            directory.Write(entry.Name);
            directory.Write(extra);
        }

        var start = zip.Position - origin;
        zip.Write(directory.ToArray());
        if (zip64)
        {
            var end = zip.Position - origin;
            Put(
                zip, 0x06064B50u, 44ul, (ushort)45, (ushort)45, 0u, 0u, (ulong)entries.Count, (ulong)entries.Count, (ulong)directory.Length,
                (ulong)start);
            Put(zip, 0x07064B50u, 0u, (ulong)end, 1u);
        }

        var count = zip64 ? ushort.MaxValue : (ushort)entries.Count;
        Put(
            zip, 0x06054B50u, (ushort)0, (ushort)0, count, count, zip64
                ? uint.MaxValue : (uint)directory.Length, zip64 ? uint.MaxValue
                : (uint)start);
        Put(zip, (ushort)(comment?.Length ?? 0));
        zip.Write(comment ?? []);
        zip.Write(trailing ?? []);
        return zip.ToArray();
    }

    /// <summary>Creates Info-ZIP's extra field for a name in UTF-8, in addition to the name in the archive's code page.</summary>
    /// <param name="legacyName">Name whose checksum is in the field.</param>
    public static byte[] UnicodePath(byte[] legacyName, string name)
    {
        using var field = new MemoryStream();
        var text = Encoding.UTF8.GetBytes(name);
        Put(field, (ushort)0x7075, (ushort)(5 + text.Length), (byte)1, Checksum(legacyName));
        field.Write(text);
        return field.ToArray();
    }

    public static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(bytes);
        return packed.ToArray();
    }

    private static uint Checksum(byte[] bytes) => Crc32.HashToUInt32(bytes);

    private static byte[] Sixty(long unpacked, long packed, long offset)
    {
        using var field = new MemoryStream();
        Put(field, (ushort)1, (ushort)24, (ulong)unpacked, (ulong)packed, (ulong)offset);
        return field.ToArray();
    }

    private static void Put(Stream stream, params object[] values)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Convert.ToUInt64(value, null));
            stream.Write(bytes[..(value switch { byte => 1, ushort => 2, uint => 4, _ => 8 })]);
        }
    }
}
