using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace MangaMotion.Media.Chapters;

/// <summary>Name of an entry, not decoded yet.</summary>
/// <param name="Bytes">Bytes of the name. Their encoding may be unknown.</param>
/// <param name="IsUtf8">Whether the entry's flag declares UTF-8.</param>
/// <param name="Host">System that wrote the entry: 0 DOS and Windows, 3 Unix, 10 Windows NTFS, 19 macOS.</param>
/// <param name="UnicodePath">Name in Info-ZIP's extra field 7075; null without that field.</param>
internal sealed record ZipName(byte[] Bytes, bool IsUtf8, byte Host, string? UnicodePath)
{
    public const byte Dos = 0;
    public const byte Unix = 3;
    private const byte MacOs = 19;

    /// <summary>Whether the system of the writer allows a backslash in a file name.</summary>
    public bool IsFromUnix => Host is Unix or MacOs;
}

/// <summary>
/// Decodes the names of an archive. Programs on Windows write them in the code page of their country, in which the second byte of a letter
/// may be a backslash or an ASCII letter. So names are decoded before they are split into folders. A ZIP does not state the code page. It
/// is inferred from all names together, because one name may be valid in several code pages.
/// </summary>
internal static class ZipNames
{
    private const ushort UnicodePathField = 0x7075;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes the names, in the same order, with <c>/</c> between folders.</summary>
    public static IReadOnlyList<string> Decode(IReadOnlyList<ZipName> names)
    {
        var decoded = names
            .Select(name => name.UnicodePath ?? (name.IsUtf8 || IsPlain(name.Bytes) ? TryDecode(StrictUtf8, name.Bytes) : null)).ToArray();
        var unknown = names.Where((_, i) => decoded[i] is null).ToList();
        var encoding = unknown.Count == 0 ? StrictUtf8 : FindEncoding(unknown);
        return [.. names.Select((name, i) => Split(decoded[i] ?? encoding.GetString(name.Bytes), name))];
    }

    /// <summary>
    /// Reads the content of a Unicode path field; null if its checksum is not that of the name, because the entry was renamed later.
    /// </summary>
    public static string? ReadUnicodePath(ushort id, ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) =>
        id == UnicodePathField && field.Length > 5 && field[0] == 1
        && BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name)
            ? TryDecode(StrictUtf8, field[5..])
            : null;

    private static string Split(string decoded, ZipName name) => name.IsFromUnix ? decoded : decoded.Replace('\\', '/');

    /// <summary>
    /// Whether the name is ASCII, which is the same in every code page. An escape may begin Japanese letters in seven bits.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<byte> name) => Ascii.IsValid(name) && !name.Contains((byte)0x1B);

    private static Encoding FindEncoding(List<ZipName> names)
    {
        if (names.TrueForAll(name => !Ascii.IsValid(name.Bytes) && TryDecode(StrictUtf8, name.Bytes) != null))
            return StrictUtf8;
        var fromUnix = names.Count(name => name.IsFromUnix) * 2 > names.Count;
        return CodePage.Candidates(fromUnix).MaxBy(page => page.ComputePlausibility([.. names.Select(name => name.Bytes)]))!.Encoding;
    }

    private static string? TryDecode(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
