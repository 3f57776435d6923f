using System.Text;

namespace MangaMotion.Media.Sniffing;

/// <summary>Tells files with an ISO <c>ftyp</c> box apart by their brands (registered at mp4ra.org).</summary>
internal static class IsoBrands
{
    /// <summary>The type by the major brand; where that says nothing, by the first compatible brand that does.</summary>
    public static MediaType? Type(ReadOnlySpan<byte> head)
    {
        var end = (int)Math.Min(head.BigEndian(0), (uint)head.Length);
        for (var offset = 8; offset + 4 <= end; offset += offset == 8 ? 8 : 4)
        {
            if (Known(Brand(head, offset)) is { } type)
                return type;

            // Canon's raw photos call themselves compatible with MP4.
            if (offset == 8 && Brand(head, 8) == "crx ")
                return null;
        }

        return null;
    }

    /// <summary>The brand, with a dot for every byte that is no letter, digit or space.</summary>
    public static string Brand(ReadOnlySpan<byte> head, int offset = 8) =>
        head.Length < offset + 4
            ? ""
            : string.Concat(Encoding.Latin1.GetString(head.Slice(offset, 4)).Select(c => char.IsAsciiLetterOrDigit(c) || c == ' ' ? c : '.'));

    private static MediaType? Known(string brand) => brand switch
    {
        "avif" or "avis" => MediaType.Avif,
        "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "hevm" or "hevs" => MediaType.Heic,
        "M4A " or "M4B " or "M4P " => MediaType.M4a,
        "qt  " => MediaType.QuickTime,
        "isom" or "mp41" or "mp42" or "avc1" or "hvc1" or "av01" or "dash" or "M4V " or "M4VH" or "M4VP" => MediaType.Mp4,
        "MSNV" or "NDSC" or "NDSH" or "XAVC" or "f4v " or "F4V " or ['i', 's', 'o', >= '2' and <= '9'] => MediaType.Mp4,
        ['3', 'g', ..] => MediaType.ThreeGp,
        _ => null,
    };
}
