using System.Buffers.Binary;
using System.Text;
using MangaMotion.Media.Processes;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// The directory of a ZIP, checked before anything is unpacked: .NET's own reader takes encrypted entries for plain ones and
/// lets entries overlap. Source: PKWARE's APPNOTE 6.3.
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
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>All entries but folders.</summary>
    /// <exception cref="MediaException">The archive is damaged, encrypted, uses what is not taken, or holds more than is allowed.</exception>
    public static List<ZipEntry> Read(SafeFileHandle file, MediaLimits limits)
    {
        var (count, start, length) = End(file);
        if (count > limits.Entries)
            throw Outcome.TooMany("entries", limits.Entries, count, "The archive holds {0} files; {1} are allowed.");
        if (length > LongestDirectory)
            throw Outcome.TooMany("entries", LongestDirectory, length, "The archive's list of files is {0} bytes long; {1} are allowed.");

        var directory = Bytes(file, start, (int)length);
        var (entries, offset) = (new List<ZipEntry>((int)count), 0);
        for (var i = 0; i < count; i++)
            entries.Add(Entry(directory, ref offset));
        if (offset != directory.Length)
            throw Damaged("the directory goes on after its last entry");

        Separate(file, entries, start);
        entries.RemoveAll(entry => entry.Name.EndsWith('/'));
        if (entries.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Skip(1).Any()) is { } twins)
            throw new CorruptMediaException($"The archive holds two files of one name ('{PageNames.ForPeople(twins.Key, 1)}'), and nobody can tell which one counts; pack it again.");
        if (entries.Sum(entry => (decimal)entry.Unpacked) is var unpacked && unpacked > limits.UnpackedBytes)
            throw Outcome.TooMany("unpacked_bytes", limits.UnpackedBytes, (long)Math.Min(unpacked, long.MaxValue), "Unpacked, the archive has {0} bytes; {1} are allowed.");
        return entries;
    }

    /// <summary>Finds the end record, which says where the directory is.</summary>
    private static (long Count, long Start, long Length) End(SafeFileHandle file)
    {
        var size = RandomAccess.GetLength(file);
        var tail = Bytes(file, Math.Max(0, size - EndLength - ushort.MaxValue), (int)Math.Min(size, EndLength + ushort.MaxValue));
        var at = tail.Length - EndLength;
        while (at >= 0 && (UInt32(tail, at) != EndSignature || at + EndLength + UInt16(tail, at + 20) != tail.Length))
            at--;
        if (at < 0)
            throw Damaged("there is no end record");

        var position = size - tail.Length + at;
        var (disk, count, length, start) = ((long)UInt16(tail, at + 4), (long)UInt16(tail, at + 10), (long)UInt32(tail, at + 12), (long)UInt32(tail, at + 16));
        if (at >= Locator64Length && UInt32(tail, at - Locator64Length) == Locator64Signature)
        {
            position = (long)UInt64(tail, at - Locator64Length + 8);
            if (position < 0 || position > size - EndLength - Locator64Length - End64Length)
                throw Damaged("the 64-bit end record lies outside the file");
            var end = Bytes(file, position, End64Length);
            if (UInt32(end, 0) != End64Signature)
                throw Damaged("there is no 64-bit end record");
            (disk, count, length, start) = (UInt32(end, 16), (long)UInt64(end, 32), (long)UInt64(end, 40), (long)UInt64(end, 48));
        }

        if (disk != 0)
            throw new UnsupportedMediaException("The archive is one part of several; pack it as one file.");
        if (count < 0 || start < 0 || length < 0 || start > position || length != position - start)
            throw Damaged("the directory is not where the end record says");
        if (length < count * EntryLength)
            throw Damaged("the directory is shorter than its entries");
        return (count, start, length);
    }

    private static ZipEntry Entry(byte[] directory, ref int offset)
    {
        if (directory.Length - offset < EntryLength || UInt32(directory, offset) != EntrySignature)
            throw Damaged("an entry of the directory is none");
        var (flags, method, crc) = (UInt16(directory, offset + 8), UInt16(directory, offset + 10), UInt32(directory, offset + 16));
        var (packed, unpacked, header) = ((long)UInt32(directory, offset + 20), (long)UInt32(directory, offset + 24), (long)UInt32(directory, offset + 42));
        int nameLength = UInt16(directory, offset + 28), extraLength = UInt16(directory, offset + 30), comment = UInt16(directory, offset + 32);
        if (directory.Length - offset - EntryLength < nameLength + extraLength + comment)
            throw Damaged("an entry of the directory is cut short");

        var name = Name(directory.AsSpan(offset + EntryLength, nameLength), (flags & Utf8Name) != 0);
        Extend(directory.AsSpan(offset + EntryLength + nameLength, extraLength), ref unpacked, ref packed, ref header);
        offset += EntryLength + nameLength + extraLength + comment;

        if ((flags & Encrypted) != 0)
            throw new UnsupportedMediaException("The archive is encrypted with a password; pack it without one.");
        if (method is not (0 or 8))
            throw new UnsupportedMediaException("The archive is packed with a method that is not taken; pack it as a plain ZIP (Deflate).", $"method {method}");
        if (packed < 0 || unpacked < 0 || header < 0 || (method == 0 && packed != unpacked))
            throw Damaged("the sizes of an entry cannot be");
        return new ZipEntry(name, method == 8, crc, packed, unpacked, header, Data: 0);
    }

    /// <summary>Takes the 64-bit values for those that do not fit into 32 bits.</summary>
    private static void Extend(ReadOnlySpan<byte> extra, ref long unpacked, ref long packed, ref long header)
    {
        for (; extra.Length >= 4; extra = extra[(4 + BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]))..])
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
                return;
            if (id != 1)
                continue;
            var values = extra.Slice(4, length);
            Take(ref values, ref unpacked);
            Take(ref values, ref packed);
            Take(ref values, ref header);
            return;
        }

        static void Take(ref ReadOnlySpan<byte> values, ref long value)
        {
            if (value != uint.MaxValue || values.Length < 8)
                return;
            value = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
        }
    }

    /// <summary>Finds each entry's bytes and makes sure that no two share any: overlapping entries are how a small file becomes petabytes.</summary>
    private static void Separate(SafeFileHandle file, List<ZipEntry> entries, long directory)
    {
        var end = 0L;
        foreach (var (place, entry) in entries.Index().OrderBy(pair => pair.Item.Header).ToList())
        {
            if (entry.Header < end)
                throw Damaged("entries overlap");
            if (entry.Header > directory - HeaderLength)
                throw Damaged("an entry lies outside the file");
            var header = Bytes(file, entry.Header, HeaderLength);
            if (UInt32(header, 0) != HeaderSignature || UInt16(header, 8) != (entry.Deflated ? 8 : 0) || (UInt16(header, 6) & Encrypted) != 0)
                throw Damaged("an entry is not what the directory says");
            var data = entry.Header + HeaderLength + UInt16(header, 26) + UInt16(header, 28);
            if (data > directory || entry.Packed > directory - data)
                throw Damaged("an entry reaches into the directory");
            end = data + entry.Packed;
            entries[place] = entry with { Data = data };
        }
    }

    /// <summary>Old programs wrote names in the code page of their country; what is not UTF-8 is kept one letter a byte, which keeps the order.</summary>
    private static string Name(ReadOnlySpan<byte> bytes, bool utf8)
    {
        string name;
        try
        {
            name = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            name = utf8 ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        }

        return name.Replace('\\', '/');
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
}
