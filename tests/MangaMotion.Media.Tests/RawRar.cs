using System.IO.Hashing;
using System.Text;

namespace MangaMotion.Media.Tests;

/// <summary>
/// RAR archives of stored files, by RARLAB's technote of the formats 4 and 5. No free program writes RAR.
/// </summary>
internal static class RawRar
{
    private const byte Unix = 3, Store = 0x30;

    /// <summary>Writes a RAR of version 4.</summary>
    /// <param name="flags">Flags of every file: 1 continued from another part, 2 continued in another part, 4 encrypted.</param>
    /// <param name="encoding">Encoding of the names, ASCII by default.</param>
    public static byte[] Version4(IEnumerable<(string Name, byte[] Bytes)> files, ushort flags = 0, Encoding? encoding = null)
    {
        using var rar = new MemoryStream();
        rar.Write([.. "Rar!"u8, 0x1A, 7, 0]);
        Block4(rar, 0x73, 0, new byte[6]);
        foreach (var (name, bytes) in files)
        {
            var text = (encoding ?? Encoding.ASCII).GetBytes(name);
            Block4(
                rar,
                0x74,
                (ushort)(0x8000 | flags),
                [
                    .. BitConverter.GetBytes(bytes.Length), .. BitConverter.GetBytes(bytes.Length), Unix,
                    .. BitConverter.GetBytes(Crc32.HashToUInt32(bytes)),
                    0, 0, 0x21, 0x50, 20, Store, .. BitConverter.GetBytes((ushort)text.Length), .. BitConverter.GetBytes(0x81A4), .. text,
                ]);
            rar.Write(bytes);
        }

        Block4(rar, 0x7B, 0x4000, []);
        return rar.ToArray();
    }

    /// <summary>Writes a RAR of version 5. Names are UTF-8.</summary>
    public static byte[] Version5(IEnumerable<(string Name, byte[] Bytes)> files, bool encrypted = false)
    {
        using var rar = new MemoryStream();
        rar.Write([.. "Rar!"u8, 0x1A, 7, 1, 0]);
        Block5(rar, [1, 0, 0]);
        foreach (var (name, bytes) in files)
        {
            var text = Encoding.UTF8.GetBytes(name);
            // A record of AES-256 with a check of the password: version 0, flags 1, 2^15 rounds, salt, initial vector, check.
            byte[] extra = encrypted ? [48, 1, 0, 1, 15, .. new byte[32], .. "A password's"u8] : [];
            Block5(
                rar,
                [
                    2, (byte)(encrypted ? 3 : 2), .. encrypted
                        ? Number(extra.Length)
                        : [], .. Number(bytes.Length), 4, .. Number(bytes.Length), .. Number(0x81A4),
                    .. BitConverter.GetBytes(Crc32.HashToUInt32(bytes)), 0, 1, .. Number(text.Length), .. text, .. extra,
                ]);
            rar.Write(bytes);
        }

        Block5(rar, [5, 0, 0]);
        return rar.ToArray();
    }

    private static void Block4(MemoryStream rar, byte type, ushort flags, byte[] fields)
    {
        byte[] header = [type, .. BitConverter.GetBytes(flags), .. BitConverter.GetBytes((ushort)(7 + fields.Length)), .. fields];
        rar.Write([.. BitConverter.GetBytes((ushort)Crc32.HashToUInt32(header)), .. header]);
    }

    private static void Block5(MemoryStream rar, byte[] fields)
    {
        byte[] header = [.. Number(fields.Length), .. fields];
        rar.Write([.. BitConverter.GetBytes(Crc32.HashToUInt32(header)), .. header]);
    }

    /// <summary>Encodes a number with 7 bits a byte, the lowest first. The highest bit means that another byte follows.</summary>
    private static byte[] Number(long value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
            bytes.Add((byte)(0x80 | (value & 0x7F)));
        return [.. bytes, (byte)value];
    }
}
