using System.Buffers.Binary;
using MangaMotion.Media.Processes;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// Reads and checks the directory of a ZIP before any entry is unpacked. .NET's reader treats encrypted entries as plain ones and allows
/// overlapping entries. Source: PKWARE's APPNOTE 6.3.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64Signature = 0x06064B50;
    private const uint Locator64Signature = 0x07064B50;
    private const uint EntrySignature = 0x02014B50;
    private const uint HeaderSignature = 0x04034B50;
    private const int EndLength = 22;
    private const int End64Length = 56;
    private const int Locator64Length = 20;
    private const int EntryLength = 46;
    private const int HeaderLength = 30;
    private const int Encrypted = 1 | 1 << 6 | 1 << 13;
    private const int Utf8Name = 1 << 11;
    private const int MaxDirectoryBytes = 64 * 1024 * 1024;

    /// <summary>Whether the file ends with an archive. Other bytes may precede it.</summary>
    public static bool IsIn(SafeFileHandle file) => FindEnd(file) is { Count: > 0 };

    /// <summary>Lists all entries except folders.</summary>
    /// <exception cref="MediaException">The archive is damaged, in several parts, or over a limit.</exception>
    public static List<ZipEntry> Read(SafeFileHandle file, MediaLimits limits)
    {
        var end = FindEnd(file) ?? throw Damaged("there is no end record after a directory");
        if (end.Count > limits.Entries)
            throw LimitExceeded.TooMany("entries", limits.Entries, end.Count, "The archive holds {0} files; {1} are allowed.");
        if (end.Length > MaxDirectoryBytes)
        {
            throw LimitExceeded.TooMany(
                "entries", MaxDirectoryBytes, end.Length, "The archive's list of files is {0} bytes long; {1} are allowed.");
        }

        var directory = Bytes(file, end.Start, (int)end.Length);
        var (entries, names, offset) = (new List<ZipEntry>((int)end.Count), new List<ZipName>((int)end.Count), 0);
        for (var i = 0; i < end.Count; i++)
            entries.Add(ReadEntry(directory, end.Origin, ref offset, names));
        if (offset != directory.Length)
            throw Damaged("the directory continues after its last entry");

        FindData(file, entries, end.Start);
        if (names.GroupBy(name => Convert.ToHexString(name.Bytes)).FirstOrDefault(group => group.Skip(1).Any()) is { } repeated)
            throw ArchivePages.RepeatedName(ZipNames.Decode([repeated.First()])[0]);

        entries = [.. entries
            .Zip(ZipNames.Decode(names), (entry, name) => entry with { Name = name })
            .Where(entry => !entry.Name.EndsWith('/'))];
        ArchivePages.CheckUnpackedBytes(entries, limits);
        return entries;
    }

    /// <summary>
    /// Finds the end record, which has the place of the directory. Other bytes may precede the archive and follow the record, and the
    /// record's comment may be cut short or contain any bytes. The last record with a directory before it counts.
    /// </summary>
    private static End? FindEnd(SafeFileHandle file)
    {
        var size = RandomAccess.GetLength(file);
        var tail = Bytes(file, Math.Max(0, size - EndLength - ushort.MaxValue), (int)Math.Min(size, EndLength + ushort.MaxValue));
        End? empty = null;
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            if (UInt32(tail, at) != EndSignature || ReadEnd(file, tail, at, size - tail.Length + at) is not { } end)
                continue;
            if (end.Count > 0)
                return end;
            empty ??= end;
        }

        return empty;
    }

    /// <summary>Reads an end record; null if there is no directory before it.</summary>
    /// <param name="tail">Bytes from the end of the file.</param>
    /// <param name="at">Offset of the record in these bytes.</param>
    /// <param name="position">Offset of the record in the file.</param>
    private static End? ReadEnd(SafeFileHandle file, byte[] tail, int at, long position)
    {
        long disk = UInt16(tail, at + 4), count = UInt16(tail, at + 10), length = UInt32(tail, at + 12), start = UInt32(tail, at + 16);
        if (at >= Locator64Length && UInt32(tail, at - Locator64Length) == Locator64Signature)
        {
            // If other bytes precede the archive, the record is not at the offset in the locator, but always directly before the locator.
            var (stated, usual) = ((long)UInt64(tail, at - Locator64Length + 8), position - Locator64Length - End64Length);
            position = HasSignature(file, stated, End64Signature, usual) ? stated : usual;
            if (!HasSignature(file, position, End64Signature, usual))
                return null;
            var end = Bytes(file, position, End64Length);
            disk = UInt32(end, 16);
            count = (long)UInt64(end, 32);
            length = (long)UInt64(end, 40);
            start = (long)UInt64(end, 48);
        }

        if (count < 0 || start < 0 || length < 0 || length > position || start > position - length || length / EntryLength < count)
            return null;
        if (count > 0 && !HasSignature(file, position - length, EntrySignature, position - EntryLength))
            return null;
        return disk == 0
            ? new End(count, position - length, length, position - length - start)
            : throw new UnsupportedMediaException("The archive is one part of several; pack it as one file.");
    }

    /// <summary>Whether a record with a signature begins at a place of the file.</summary>
    /// <param name="last">Last offset at which the record may begin.</param>
    private static bool HasSignature(SafeFileHandle file, long position, uint signature, long last) =>
        position >= 0 && position <= last && UInt32(Bytes(file, position, sizeof(uint)), 0) == signature;

    private static ZipEntry ReadEntry(byte[] directory, long origin, ref int offset, List<ZipName> names)
    {
        if (directory.Length - offset < EntryLength || UInt32(directory, offset) != EntrySignature)
            throw Damaged("a record of the directory is not an entry");
        var (flags, method, crc) = (UInt16(directory, offset + 8), UInt16(directory, offset + 10), UInt32(directory, offset + 16));
        long packed = UInt32(directory, offset + 20), unpacked = UInt32(directory, offset + 24), header = UInt32(directory, offset + 42);
        int nameLength = UInt16(
            directory, offset + 28), extraLength = UInt16(directory, offset + 30), comment = UInt16(directory, offset + 32);
        if (directory.Length - offset - EntryLength < nameLength + extraLength + comment)
            throw Damaged("an entry of the directory is cut short");

        var name = directory.AsSpan(offset + EntryLength, nameLength);
        string? unicodePath = null;
        foreach (var (id, start, length) in ExtraFields(directory, offset + EntryLength + nameLength, extraLength))
        {
            if (id == 1)
                Extend(directory.AsSpan(start, length), ref unpacked, ref packed, ref header);
            unicodePath ??= ZipNames.ReadUnicodePath(id, directory.AsSpan(start, length), name);
        }

        names.Add(new ZipName(name.ToArray(), (flags & Utf8Name) != 0, directory[offset + 5], unicodePath));
        offset += EntryLength + nameLength + extraLength + comment;

        var isEncrypted = (flags & Encrypted) != 0;
        var isStored = method == ZipEntry.Stored && !isEncrypted;
        if (packed < 0 || unpacked < 0 || header < 0 || header > long.MaxValue - origin || (isStored && packed != unpacked))
            throw Damaged("the sizes of an entry are impossible");
        return new ZipEntry("", method, isEncrypted, crc, packed, unpacked, origin + header, Data: 0);
    }

    private static List<(ushort Id, int Start, int Length)> ExtraFields(byte[] directory, int start, int length)
    {
        var fields = new List<(ushort, int, int)>();
        for (var end = start + length; end - start >= 4;)
        {
            var fieldLength = UInt16(directory, start + 2);
            if (fieldLength > end - start - 4)
                break;
            fields.Add((UInt16(directory, start), start + 4, fieldLength));
            start += 4 + fieldLength;
        }

        return fields;
    }

    /// <summary>Replaces values that do not fit into 32 bits by those of the field.</summary>
    private static void Extend(ReadOnlySpan<byte> field, ref long unpacked, ref long packed, ref long header)
    {
        Replace(ref field, ref unpacked);
        Replace(ref field, ref packed);
        Replace(ref field, ref header);

        static void Replace(ref ReadOnlySpan<byte> values, ref long value)
        {
            if (value != uint.MaxValue || values.Length < 8)
                return;
            value = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
        }
    }

    /// <summary>Finds the bytes of each entry. Rejects overlapping entries, by which a small file could unpack to petabytes.</summary>
    private static void FindData(SafeFileHandle file, List<ZipEntry> entries, long directory)
    {
        var end = 0L;
        foreach (var (place, entry) in entries.Index().OrderBy(pair => pair.Item.Header).ToList())
        {
            if (entry.Header < end)
                throw Damaged("entries overlap");
            if (entry.Header > directory - HeaderLength)
                throw Damaged("an entry lies outside the file");
            var header = Bytes(file, entry.Header, HeaderLength);
            var isEncrypted = (UInt16(header, 6) & Encrypted) != 0;
            if (UInt32(header, 0) != HeaderSignature || UInt16(header, 8) != entry.Method || isEncrypted != entry.IsEncrypted)
                throw Damaged("an entry differs from the directory");
            var data = entry.Header + HeaderLength + UInt16(header, 26) + UInt16(header, 28);
            if (data > directory || entry.Packed > directory - data)
                throw Damaged("an entry reaches into the directory");
            end = data + entry.Packed;
            entries[place] = entry with { Data = data };
        }
    }

    private static byte[] Bytes(SafeFileHandle file, long offset, int length)
    {
        var bytes = new byte[length];
        for (var done = 0; done < length;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), offset + done);
            if (read == 0)
                throw Damaged("it is cut short");
            done += read;
        }

        return bytes;
    }

    private static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static ulong UInt64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private static CorruptMediaException Damaged(string detail) => new("The archive is damaged or cut short; pack it again.", detail);

    /// <summary>Content of the end record.</summary>
    /// <param name="Count">Number of entries.</param>
    /// <param name="Start">Offset of the directory in the file.</param>
    /// <param name="Length">Number of bytes of the directory.</param>
    /// <param name="Origin">Offset in the file at which the archive begins; the archive's own offsets count from there.</param>
    private readonly record struct End(long Count, long Start, long Length, long Origin);
}
