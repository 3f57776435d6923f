using System.Buffers.Binary;
using static MangaMotion.Media.Sniffing.Unsupported;

namespace MangaMotion.Media.Sniffing;

/// <summary>Tells what a file is by its first bytes; names and declared types are never asked. Pure.</summary>
public static class MediaSniffer
{
    /// <summary>Bytes from the start of a file that decide. A shorter head is fine where the file is shorter.</summary>
    public const int HeadLength = 4096;

    /// <summary>What the file with this head is. More than <see cref="HeadLength"/> bytes are not looked at.</summary>
    public static Sniffed Sniff(ReadOnlySpan<byte> head)
    {
        if (head.Length > HeadLength)
            head = head[..HeadLength];

        if (head.IsEmpty)
            return new Sniffed(null, "an empty file");

        var type = Image(head) ?? Container(head) ?? Audio(head);
        if (type is not null)
            return Of(type);
        if (Name(head) is { } name)
            return new Sniffed(null, name);

        // Readers take a PDF with rubbish before its first line, so it is looked for late.
        return head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) >= 0 ? Of(MediaType.Pdf) : new Sniffed(null, Text(head) ?? "an unknown kind of file");
    }

    /// <summary>The same for a file; for callers on the edge of the pure part.</summary>
    public static Sniffed SniffFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        Span<byte> head = stackalloc byte[HeadLength];
        return Sniff(head[..file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false)]);
    }

    private static Sniffed Of(MediaType type) => new(type, $"{type.TitleWithArticle} file");

    private static MediaType? Image(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xD8, 0xFF, ..] => MediaType.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => MediaType.Png,
        _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => MediaType.Gif,

        // Classic and Big TIFF in both byte orders; Canon's raw files say so at byte 8.
        [(byte)'I', (byte)'I', 0x2A or 0x2B, 0, ..] or [(byte)'M', (byte)'M', 0, 0x2A or 0x2B, ..] when !head.At(8, "CR"u8) => MediaType.Tiff,
        _ => null,
    };

    private static MediaType? Container(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith("%PDF-"u8) => MediaType.Pdf,
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => MediaType.Zip,
        _ when head.StartsWith("RIFF"u8) => Riff(head),
        _ when head.StartsWith("RF64"u8) && head.At(8, "WAVE"u8) => MediaType.Wav,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Ebml(head),
        _ when head.At(4, "ftyp"u8) => IsoBrands.Type(head),

        // QuickTime from before there were brands starts with one of its atoms.
        _ when head.At(4, "moov"u8) || head.At(4, "mdat"u8) || head.At(4, "wide"u8) || head.At(4, "free"u8) || head.At(4, "skip"u8) || head.At(4, "pnot"u8)
            => MediaType.QuickTime,
        _ => null,
    };

    private static MediaType? Riff(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.At(8, "WEBPVP8"u8) => MediaType.Webp,
        _ when head.At(8, "WAVE"u8) => MediaType.Wav,
        _ when head.At(8, "AVI "u8) => MediaType.Avi,
        _ => null,
    };

    /// <summary>Matroska and WebM are told apart by the DocType element (id 42 82, a length, a name).</summary>
    private static MediaType? Ebml(ReadOnlySpan<byte> head)
    {
        var element = head.IndexOf((ReadOnlySpan<byte>)[0x42, 0x82]);
        return element switch
        {
            < 0 => null,
            _ when head.At(element + 3, "webm"u8) => MediaType.Webm,
            _ when head.At(element + 3, "matroska"u8) => MediaType.Matroska,
            _ => null,
        };
    }

    private static MediaType? Audio(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith("fLaC"u8) => MediaType.Flac,
        _ when head.StartsWith("OggS"u8) => Ogg(head),
        _ when head.StartsWith("ID3"u8) => AfterTag(head),
        _ => Frames(head),
    };

    /// <summary>The first page of an Ogg starts with its codec's name: Vorbis, Opus, FLAC and Speex are sound.</summary>
    private static MediaType? Ogg(ReadOnlySpan<byte> head) =>
        head.At(28, "\u0001vorbis"u8) || head.At(28, "OpusHead"u8) || head.At(28, "\u007FFLAC"u8) || head.At(28, "Speex   "u8) ? MediaType.Ogg : null;

    /// <summary>An ID3 tag stands before MP3 mostly, sometimes before AAC or FLAC; a tag longer than the head is taken for MP3's.</summary>
    private static MediaType? AfterTag(ReadOnlySpan<byte> head)
    {
        if (head.Length < 10)
            return null;

        var length = 10 + ((head[6] & 0x7F) << 21 | (head[7] & 0x7F) << 14 | (head[8] & 0x7F) << 7 | (head[9] & 0x7F));
        if (length + 4 > head.Length)
            return MediaType.Mp3;
        var rest = head[length..];
        return rest.StartsWith("fLaC"u8) ? MediaType.Flac : Frames(rest) ?? MediaType.Mp3;
    }

    /// <summary>Bare MPEG audio frames: a valid header, and another one where the first frame ends if that is in the head.</summary>
    private static MediaType? Frames(ReadOnlySpan<byte> head)
    {
        foreach (var (type, length) in ((MediaType, int)[])[(MediaType.Aac, AdtsFrame(head)), (MediaType.Mp3, LayerThreeFrame(head))])
        {
            if (length == 0)
                continue;
            if (head.Length <= length)
                return type;
            var next = head[length..];
            if (next.Length < 7 || (type == MediaType.Aac ? AdtsFrame(next) : LayerThreeFrame(next)) > 0)
                return type;
        }

        return null;
    }

    private static int AdtsFrame(ReadOnlySpan<byte> at)
    {
        if (at.Length < 7 || at[0] != 0xFF || (at[1] & 0xF6) != 0xF0 || ((at[2] >> 2) & 15) > 12)
            return 0;
        var length = (at[3] & 3) << 11 | at[4] << 3 | at[5] >> 5;
        return length > 7 ? length : 0;
    }

    private static int LayerThreeFrame(ReadOnlySpan<byte> at)
    {
        if (at.Length < 4 || at[0] != 0xFF || (at[1] & 0xE6) != 0xE2)
            return 0;

        var (version, bitrate, rate, padding) = ((at[1] >> 3) & 3, at[2] >> 4, (at[2] >> 2) & 3, (at[2] >> 1) & 1);
        if (version == 1 || bitrate is 0 or 15 || rate == 3)
            return 0;

        // Kilobits a second and hertz by MPEG version 1, and 2 or 2.5.
        ReadOnlySpan<int> first = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        ReadOnlySpan<int> second = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
        ReadOnlySpan<int> rates = [44100, 48000, 32000];
        var hertz = rates[rate] / (version == 3 ? 1 : version == 2 ? 2 : 4);
        return version == 3 ? (144_000 * first[bitrate] / hertz) + padding : (72_000 * second[bitrate] / hertz) + padding;
    }

    internal static bool At(this ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> expected) =>
        head.Length >= offset + expected.Length && head.Slice(offset, expected.Length).SequenceEqual(expected);

    internal static uint BigEndian(this ReadOnlySpan<byte> head, int offset) => BinaryPrimitives.ReadUInt32BigEndian(head[offset..]);
}
