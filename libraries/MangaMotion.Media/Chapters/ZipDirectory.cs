using System.Buffers.Binary;
using MangaMotion.Media.Processes;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// The directory of a ZIP, checked before anything is unpacked. .NET's own reader treats encrypted entries as plain ones and lets
/// entries overlap. Source: PKWARE's APPNOTE 6.3.
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
    private const int LongestDirectory = 64 * 1024 * 1024;

    /// <summary>Whether an archive ends in the file, whatever it begins with.</summary>
    public static bool IsIn(SafeFileHandle file) => FindEnd(file) is { Count: > 0 };

    /// <summary>Lists all entries except folders.</summary>
    /// <exception cref="MediaException">The archive is damaged, in several parts, or holds more than is allowed.</exception>
    public static List<ZipEntry> Read(SafeFileHandle file, MediaLimits limits)
    {
        var end = FindEnd(file) ?? throw Damaged("there is no end record behind a directory");
        if (end.Count > limits.Entries)
            throw Outcome.TooMany("entries", limits.Entries, end.Count, "The archive holds {0} files; {1} are allowed.");
        if (end.Length > LongestDirectory)
            throw Outcome.TooMany("entries", LongestDirectory, end.Length, "The archive's list of files is {0} bytes long; {1} are allowed.");

        var directory = Bytes(file, end.Start, (int)end.Length);
        var (entries, names, offset) = (new List<ZipEntry>((int)end.Count), new List<ZipName>((int)end.Count), 0);
        for (var i = 0; i < end.Count; i++)
            entries.Add(ReadEntry(directory, end.Origin, ref offset, names));
        if (offset != directory.Length)
            throw Damaged("the directory goes on after its last entry");

        FindData(file, entries, end.Start);
        if (names.GroupBy(name => Convert.ToHexString(name.Bytes)).FirstOrDefault(group => group.Skip(1).Any()) is { } twins)
            throw ArchivePages.Twins(ZipNames.Decode([twins.First()])[0]);

        entries = [.. entries.Zip(ZipNames.Decode(names), (entry, name) => entry with { Name = name }).Where(entry => !entry.Name.EndsWith('/'))];
        if (entries.Sum(entry => (decimal)entry.Unpacked) is var unpacked && unpacked > limits.UnpackedBytes)
            throw Outcome.TooMany("unpacked_bytes", limits.UnpackedBytes, (long)Math.Min(unpacked, long.MaxValue), "Unpacked, the archive has {0} bytes; {1} are allowed.");
        return entries;
    }

    /// <summary>
    /// Finds the end record, which tells where the directory is. Other bytes may follow it, its comment may be cut short, and other bytes
    /// may precede the archive. The last record with a directory in front of it counts: a comment may hold anything.
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

    /// <param name="tail">Bytes from the end of the file.</param>
    /// <param name="at">The record's place in them.</param>
    /// <param name="position">The record's place in the file.</param>
    /// <returns>Null where the directory is not in front of the record.</returns>
    private static End? ReadEnd(SafeFileHandle file, byte[] tail, int at, long position)
    {
        var (disk, count, length, start) = ((long)UInt16(tail, at + 4), (long)UInt16(tail, at + 10), (long)UInt32(tail, at + 12), (long)UInt32(tail, at + 16));
        if (at >= Locator64Length && UInt32(tail, at - Locator64Length) == Locator64Signature)
        {
            // Behind a prefix the record is not where the locator says, but always in front of it.
            var (said, usual) = ((long)UInt64(tail, at - Locator64Length + 8), position - Locator64Length - End64Length);
            position = HasSignature(file, said, End64Signature, usual) ? said : usual;
            if (!HasSignature(file, position, End64Signature, usual))
                return null;
            var end = Bytes(file, position, End64Length);
            (disk, count, length, start) = (UInt32(end, 16), (long)UInt64(end, 32), (long)UInt64(end, 40), (long)UInt64(end, 48));
        }

        if (count < 0 || start < 0 || length < 0 || length > position || start > position - length || length / EntryLength < count)
            return null;
        if (count > 0 && !HasSignature(file, position - length, EntrySignature, position - EntryLength))
            return null;
        return disk == 0
            ? new End(count, position - length, length, position - length - start)
            : throw new UnsupportedMediaException("The archive is one part of several; pack it as one file.");
    }

    /// <param name="last">The last place where the record may begin.</param>
    private static bool HasSignature(SafeFileHandle file, long position, uint signature, long last) =>
        position >= 0 && position <= last && UInt32(Bytes(file, position, sizeof(uint)), 0) == signature;

    private static ZipEntry ReadEntry(byte[] directory, long origin, ref int offset, List<ZipName> names)
    {
        if (directory.Length - offset < EntryLength || UInt32(directory, offset) != EntrySignature)
            throw Damaged("a record of the directory is not an entry");
        var (flags, method, crc) = (UInt16(directory, offset + 8), UInt16(directory, offset + 10), UInt32(directory, offset + 16));
        var (packed, unpacked, header) = ((long)UInt32(directory, offset + 20), (long)UInt32(directory, offset + 24), (long)UInt32(directory, offset + 42));
        int nameLength = UInt16(directory, offset + 28), extraLength = UInt16(directory, offset + 30), comment = UInt16(directory, offset + 32);
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
        if (packed < 0 || unpacked < 0 || header < 0 || header > long.MaxValue - origin || (method == ZipEntry.Stored && !isEncrypted && packed != unpacked))
            throw Damaged("the sizes of an entry cannot be");
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

    /// <summary>Replaces the values that do not fit into 32 bits by those of the field.</summary>
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

    /// <summary>Finds each entry's bytes and makes sure that no two share any: overlapping entries are how a small file becomes petabytes.</summary>
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
            if (UInt32(header, 0) != HeaderSignature || UInt16(header, 8) != entry.Method || (UInt16(header, 6) & Encrypted) != 0 != entry.IsEncrypted)
                throw Damaged("an entry is not what the directory says");
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

    private static CorruptMediaException Damaged(string how) => new("The archive is damaged or cut short; pack it again.", how);

    /// <summary>What the end record says.</summary>
    /// <param name="Count">Entries.</param>
    /// <param name="Start">Offset of the directory in the file.</param>
    /// <param name="Length">Bytes of the directory.</param>
    /// <param name="Origin">Offset in the file from which the archive's own offsets count.</param>
    private readonly record struct End(long Count, long Start, long Length, long Origin);
}
