using System.Text;

namespace MangaMotion.Media.Sniffing;

/// <summary>Describes files of unsupported types, so that an owner reads "a Photoshop file" and not "unsupported".</summary>
internal static class UnsupportedTypes
{
    private static readonly (int Offset, byte[] Magic, string Name)[] Known =
    [
        (0, [0x1F, 0x8B], "a gzip archive (perhaps a compressed SVG)"),
        (0, "8BPS"u8.ToArray(), "a Photoshop file"),
        (0, [0, 0, 0, 0x0C, (byte)'j', (byte)'P', (byte)' ', (byte)' '], "a JPEG 2000 image"),
        (0, [0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 image"),
        (0, [0, 0, 0, 0x0C, (byte)'J', (byte)'X', (byte)'L', (byte)' '], "a JPEG XL image"),
        (0, [0xFF, 0x0A], "a JPEG XL image"),
        (0, "BM"u8.ToArray(), "a BMP image"),
        (0, [0x0A, 5, 1, 8], "a PCX image"),
        (0, [0x8A, (byte)'M', (byte)'N', (byte)'G'], "an MNG animation"),
        (0, [0x8B, (byte)'J', (byte)'N', (byte)'G'], "a JNG image"),
        (0, [0x01, 0xDA], "an SGI image"),
        (0, [0x59, 0xA6, 0x6A, 0x95], "a Sun raster image"),
        (0, "SDPX"u8.ToArray(), "a DPX image"),
        (0, "XPDS"u8.ToArray(), "a DPX image"),
        (0, "id=ImageMagick"u8.ToArray(), "an ImageMagick file"),
        (0, [(byte)'I', (byte)'I', 0xBC], "a JPEG XR image"),
        (0, "qoif"u8.ToArray(), "a QOI image"),
        (0, "CSFCHUNK"u8.ToArray(), "a Clip Studio Paint file"),
        (0, "mdipack"u8.ToArray(), "a MediBang Paint file"),
        (0, "DDS "u8.ToArray(), "a DDS texture"),
        (0, "gimp xcf"u8.ToArray(), "a GIMP file"),
        (0, "FUJIFILMCCD-RAW"u8.ToArray(), "a Fujifilm raw photo"),
        (8, "CR"u8.ToArray(), "a Canon raw photo"),
        (0, "IIRO"u8.ToArray(), "an Olympus raw photo"),
        (0, "IIRS"u8.ToArray(), "an Olympus raw photo"),
        (0, "MMOR"u8.ToArray(), "an Olympus raw photo"),
        (0, "IIU\0"u8.ToArray(), "a Panasonic raw photo"),
        (0, "\0MRM"u8.ToArray(), "a Minolta raw photo"),
        (0, "FOVb"u8.ToArray(), "a Sigma raw photo"),
        (0, [0x76, 0x2F, 0x31, 0x01], "an OpenEXR image"),
        (0, "#?RADIANCE"u8.ToArray(), "a Radiance HDR image"),
        (0, "SIMPLE  ="u8.ToArray(), "a FITS image"),
        (0, "%!PS"u8.ToArray(), "a PostScript file"),
        (0, [0xC5, 0xD0, 0xD3, 0xC6], "a PostScript file"),
        (0, "#EXTM3U"u8.ToArray(), "a playlist"),
        (0, "ffconcat"u8.ToArray(), "a playlist"),
        (0, "[playlist]"u8.ToArray(), "a playlist"),
        (0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], "a Windows Media file"),
        (0, ".RMF"u8.ToArray(), "a RealMedia file"),
        (0, [0, 0, 1, 0xB3], "an MPEG video stream"),
        (0, [0, 0, 0, 1], "a video stream without a container (H.264 or HEVC)"),
        (0, [0x1F, 0x07, 0x00], "a DV video without a container"),
        (0, [0x06, 0x0E, 0x2B, 0x34], "an MXF video"),
        (0, "nut/multimedia"u8.ToArray(), "a NUT video"),
        (0, "DKIF"u8.ToArray(), "an IVF video"),
        (0, "YUV4MPEG2"u8.ToArray(), "a raw video (Y4M)"),
        (0, "CWS"u8.ToArray(), "a Flash animation"),
        (0, "FWS"u8.ToArray(), "a Flash animation"),
        (0, "OggS"u8.ToArray(), "an Ogg file with an unknown codec"),
        (0, "FORM"u8.ToArray(), "an AIFF or other IFF file"),
        (0, "MThd"u8.ToArray(), "a MIDI file"),
        (0, "#!AMR"u8.ToArray(), "an AMR recording"),
        (0, "caff"u8.ToArray(), "a Core Audio file"),
        (0, "MAC "u8.ToArray(), "a Monkey's Audio file"),
        (0, [0x0B, 0x77], "an AC-3 sound"),
        (0, [0x7F, 0xFE, 0x80, 0x01], "a DTS sound"),
        (0, [0x56, 0xE0], "an AAC sound in LATM"),
        (0, [0x56, 0xE1], "an AAC sound in LATM"),
        (0, "TTA1"u8.ToArray(), "a True Audio sound"),
        (0, "MPCK"u8.ToArray(), "a Musepack sound"),
        (0, "MP+"u8.ToArray(), "a Musepack sound"),
        (0, "DSD "u8.ToArray(), "a DSD sound"),
        (0, "wvpk"u8.ToArray(), "a WavPack file"),
        (0, ".snd"u8.ToArray(), "a Sun sound (AU)"),
        (0, [.. "riff"u8, 0x2E, 0x91, 0xCF, 0x11], "a Sony Wave64 sound"),
        (0, "RE~^"u8.ToArray(), "a RAR archive of a version before 2 (it can be packed again as ZIP)"),
        (0, "BZh"u8.ToArray(), "a bzip2 archive"),
        (0, [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "an xz archive"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
        (0, [0xD0, 0xCF, 0x11, 0xE0], "an old Office document"),
        (0, "AT&TFORM"u8.ToArray(), "a DjVu document"),
        (0, [0x7F, (byte)'E', (byte)'L', (byte)'F'], "a program"),
        (0, "MZ"u8.ToArray(), "a program"),
        (0, "RIFF"u8.ToArray(), "an unknown kind of RIFF file"),
        (0, [0x1A, 0x45, 0xDF, 0xA3], "an unknown kind of Matroska file"),
    ];

    /// <summary>Describes a binary file, with its article; null if it is unknown.</summary>
    public static string? Name(ReadOnlySpan<byte> head)
    {
        foreach (var (offset, magic, name) in Known)
        {
            if (head.At(offset, magic))
                return name;
        }

        return head switch
        {
            // An icon or cursor has a number of pictures where a Targa image has the first of its palette.
            [0, 0, 1 or 2, 0, not 0, 0, ..] => head[2] == 1 ? "a Windows icon" : "a Windows cursor",
            [_, 0, 2 or 3 or 10 or 11, 0, 0, 0, 0, 0, ..] or [_, 1, 1 or 9, 0, 0, _, _, 24, ..] => "a Targa image",
            _ when head.At(4, "ftyp"u8) => IsoBrands.Brand(head) switch
            {
                "crx " => "a Canon raw photo",
                var brand => $"an unknown kind of MP4 (brand '{brand}')",
            },
            [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'#', ..] =>
                "a portable pixmap",
            _ => null,
        };
    }

    /// <summary>Describes MPEG audio of layer I or II by its first frame; null for any other file.</summary>
    public static string? UnknownSound(ReadOnlySpan<byte> head) =>
        head is [0xFF, var second, ..] && (second & 0xE0) == 0xE0 ? "MPEG audio other than MP3" : null;

    /// <summary>Describes a text file; null for any other file.</summary>
    public static string? Text(ReadOnlySpan<byte> head)
    {
        var text = head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
            ? Encoding.Latin1.GetString(head).Replace("\0", "", StringComparison.Ordinal)
            : Encoding.Latin1.GetString(head);
        text = text.TrimStart('\u00EF', '\u00BB', '\u00BF', '\u00FF', '\u00FE', ' ', '\t', '\r', '\n');
        return text switch
        {
            _ when text.Contains("<svg", StringComparison.OrdinalIgnoreCase) && text[0] == '<' => "an SVG image",
            _ when text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) => "an XML document",
            _ when text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) => "an HTML page",
            _ when text.StartsWith("<html", StringComparison.OrdinalIgnoreCase) => "an HTML page",
            _ when text.StartsWith("version https://git-lfs", StringComparison.Ordinal) => "a Git LFS pointer",
            _ when text.StartsWith("{\\rtf", StringComparison.Ordinal) => "an RTF document",
            [] => null,
            ['{' or '[', ..] => "a JSON document",
            _ when !text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t' or '\f')) => "a text file",
            _ => null,
        };
    }
}
