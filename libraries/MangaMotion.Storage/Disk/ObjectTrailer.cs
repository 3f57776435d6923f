using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Storage.Disk;

/// <summary>
/// Description of an object, stored after its last byte in the same file. One rename commits bytes and description together, and a file
/// damaged by a crash is recognised by its missing or wrong trailer.
/// </summary>
/// <remarks>
/// Layout: content type (ASCII), SHA-256 (32 bytes), length and milliseconds since 1970 (little-endian, 8 bytes each), length of the
/// content type (1 byte), magic (7 bytes).
/// </remarks>
internal static class ObjectTrailer
{
    public const int MaxLength = PutOptions.MaxContentTypeLength + FixedLength;

    private const int FixedLength = 32 + 8 + 8 + 1 + 7;

    private static ReadOnlySpan<byte> Magic => "MMOBJ1\n"u8;

    /// <returns>Number of bytes written, at most <see cref="MaxLength"/>.</returns>
    public static int Write(Span<byte> destination, StoredObject info)
    {
        var type = Encoding.ASCII.GetBytes(info.ContentType, destination);
        var rest = destination[type..];
        Convert.FromHexString(info.Sha256!, rest, out _, out _);
        BinaryPrimitives.WriteInt64LittleEndian(rest[32..], info.Length);
        BinaryPrimitives.WriteInt64LittleEndian(rest[40..], info.ModifiedAt.ToUnixTimeMilliseconds());
        rest[48] = (byte)type;
        Magic.CopyTo(rest[49..]);
        return type + FixedLength;
    }

    /// <summary>Reads the trailer; null if the file is not a complete object.</summary>
    public static StoredObject? Read(string key, SafeFileHandle file)
    {
        var fileLength = RandomAccess.GetLength(file);
        Span<byte> tail = stackalloc byte[(int)Math.Min(MaxLength, fileLength)];
        tail = tail[..RandomAccess.Read(file, tail, fileLength - tail.Length)];
        if (tail.Length < FixedLength || !tail.EndsWith(Magic))
            return null;

        var rest = tail[^FixedLength..];
        var type = rest[48];
        var length = BinaryPrimitives.ReadInt64LittleEndian(rest[32..]);
        if (length + type + FixedLength != fileLength)
            return null;

        return new StoredObject(
            key,
            length,
            Encoding.ASCII.GetString(tail[^(FixedLength + type)..^FixedLength]),
            Convert.ToHexStringLower(rest[..32]),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(rest[40..])));
    }
}
