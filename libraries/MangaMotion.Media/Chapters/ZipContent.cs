using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Media.Chapters;

/// <summary>Opens the unpacked bytes of an entry.</summary>
internal static class ZipContent
{
    /// <summary>Opens an entry.</summary>
    /// <param name="entry">Entry without an <see cref="ZipEntry.Obstacle"/>.</param>
    /// <returns>Stream that throws <see cref="InvalidDataException"/> for damaged bytes.</returns>
    public static Stream Open(SafeFileHandle file, ZipEntry entry) => entry.Method switch
    {
        ZipEntry.Stored => new FileSlice(file, entry.Data, entry.Packed),
        ZipEntry.Deflate => new DeflateStream(new FileSlice(file, entry.Data, entry.Packed), CompressionMode.Decompress),
        _ => OpenDeflate64(file, entry),
    };

    /// <summary>Opens an entry as an archive of one entry, because .NET unpacks Deflate64 in archives only.</summary>
    private static Stream OpenDeflate64(SafeFileHandle file, ZipEntry entry)
    {
        var (packed, unpacked) = ((uint)entry.Packed, (uint)entry.Unpacked);

        // A local header before the bytes; the directory of one entry and the end record after them. APPNOTE 4.3.7, 4.3.12 and 4.3.16.
        byte[] header = [.. "PK\u0003\u0004"u8, 21, 0, .. Description(), 1, 0, 0, 0, (byte)'x'];
        byte[] directory = [.. "PK\u0001\u0002"u8, 21, 0, 21, 0, .. Description(), 1, 0, .. new byte[16], (byte)'x'];
        var directoryStart = (uint)header.Length + packed;
        byte[] end = [.. "PK\u0005\u0006"u8, 0, 0, 0, 0, 1, 0, 1, 0, .. UInt32((uint)directory.Length), .. UInt32(directoryStart), 0, 0];
        return new ZipArchive(new FileSlice(file, entry.Data, packed, header, [.. directory, .. end])).Entries[0].Open();

        // Flags, method, time, checksum and sizes.
        byte[] Description() =>
            [0, 0, (byte)ZipEntry.Deflate64, 0, 0, 0, 0, 0, .. UInt32(entry.Crc), .. UInt32(packed), .. UInt32(unpacked)];

        static byte[] UInt32(uint value)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            return bytes;
        }
    }
}
