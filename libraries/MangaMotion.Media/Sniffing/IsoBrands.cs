using System.Text;

namespace MangaMotion.Media.Sniffing;

/// <summary>Recognizes files with an ISO <c>ftyp</c> box by their brands (registered at mp4ra.org).</summary>
internal static class IsoBrands
{
    /// <summary>Finds the type by the major brand, or by the first known compatible brand if the major brand is unknown.</summary>
    public static MediaType? FindType(ReadOnlySpan<byte> head)
    {
        var end = (int)Math.Min(head.BigEndian(0), (uint)head.Length);
        for (var offset = 8; offset + 4 <= end; offset += offset == 8 ? 8 : 4)
        {
            if (FindType(Brand(head, offset)) is { } type)
                return type;

            // Canon's raw photos declare that they are compatible with MP4.
            if (offset == 8 && Brand(head, 8) == "crx ")
                return null;
        }

        return null;
    }

    /// <summary>Reads a brand, with a dot for every byte that is not a letter, digit or space.</summary>
    public static string Brand(ReadOnlySpan<byte> head, int offset = 8) => head.Length < offset + 4
        ? ""
        : string.Concat(Encoding.Latin1.GetString(head.Slice(offset, 4)).Select(c => char.IsAsciiLetterOrDigit(c) || c == ' ' ? c : '.'));

    private static MediaType? FindType(string brand) => brand switch
    {
        "avif" or "avis" => MediaType.Avif,
        "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "hevm" or "hevs" => MediaType.Heic,
        "M4A " or "M4B " or "M4P " => MediaType.M4a,
        "qt  " or "niko" or "mqt " => MediaType.QuickTime,
        "isom" or "mp41" or "mp42" or "avc1" or "hvc1" or "av01" or "dash" or "M4V " or "M4VH" or "M4VP" => MediaType.Mp4,
        "MSNV" or "NDSC" or "NDSH" or "XAVC" or "f4v " or "F4V " or "CAEP" or "caqv" => MediaType.Mp4,
        "pana" or "pnvi" or "isml" or "piff" or ['i', 's', 'o', >= '2' and <= '9'] => MediaType.Mp4,
        ['3', 'g', ..] or "mmp4" or "KDDI" => MediaType.ThreeGp,
        _ => null,
    };
}
