using System.Buffers.Binary;
using System.Text;
using MangaMotion.Media.Chapters;
using static MangaMotion.Media.Sniffing.UnsupportedTypes;

namespace MangaMotion.Media.Sniffing;

/// <summary>Finds the type of a file by its first bytes. Names and declared types are not used.</summary>
public static class MediaSniffer
{
    /// <summary>Number of bytes from the beginning of a file that are read. The head of a shorter file is shorter.</summary>
    public const int HeadLength = 4096;

    private const int TagHeaderLength = 10;

    private static readonly SniffResult RawPhoto = new(null, "a raw photo (DNG, NEF, ARW or the like)");

    /// <summary>Finds the type of a file by its first bytes, of which at most <see cref="HeadLength"/> are used.</summary>
    public static SniffResult Sniff(ReadOnlySpan<byte> head)
    {
        if (head.Length > HeadLength)
            head = head[..HeadLength];

        if (head.IsEmpty)
            return new SniffResult(null, "an empty file");

        var type = Image(head) ?? Container(head) ?? Audio(head);
        if (type == MediaType.Tiff && TiffDirectories.IsRawPhoto(TiffDirectories.Read(new MemoryStream(head.ToArray()))))
            return RawPhoto;
        if (type is not null)
            return Of(type);
        if (Name(head) is { } name)
            return new SniffResult(null, name);

        // Readers accept other bytes before the first line of a PDF or the first packet of a stream, so these types are tried last.
        if (head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) >= 0)
            return Of(MediaType.Pdf);
        if (IsTransportStream(head))
            return Of(MediaType.TransportStream);
        if (Text(head) is { } text)
            return new SniffResult(null, text);
        return AudioFrames.FindAnywhere(head) is { } sound
            ? Of(sound)
            : new SniffResult(null, UnknownSound(head) ?? "an unknown kind of file");
    }

    /// <summary>
    /// Finds the type of a file. Also reads the bytes after an ID3 tag of any length, such as one with a large cover, the directories of a
    /// TIFF at any place, and a ZIP after other bytes, such as a program that unpacks it.
    /// </summary>
    public static SniffResult SniffFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        Span<byte> buffer = stackalloc byte[HeadLength];
        var head = buffer[..file.ReadAtLeast(buffer, HeadLength, throwOnEndOfStream: false)];
        var sniffed = Sniff(head);
        if (sniffed.Type is null && ZipDirectory.IsIn(file.SafeFileHandle))
            return Of(MediaType.Zip);
        if (sniffed.Type == MediaType.Tiff)
            return TiffDirectories.IsRawPhoto(TiffDirectories.Read(file)) ? RawPhoto : sniffed;
        var tag = TagLength(head);
        if (tag == 0 || tag + 4 <= head.Length || tag >= file.Length)
            return sniffed;

        file.Position = tag;
        var length = file.ReadAtLeast(buffer, HeadLength, throwOnEndOfStream: false);
        return AfterTag([.. "ID3\u0004\0\0\0\0\0\0"u8, .. buffer[..length]]) is { } type ? Of(type) : sniffed;
    }

    private static SniffResult Of(MediaType type) => new(type, $"{type.TitleWithArticle} file");

    private static MediaType? Image(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xD8, 0xFF, ..] => MediaType.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => MediaType.Png,
        _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => MediaType.Gif,

        // Canon's raw photos have the letters CR at byte 8.
        _ when TiffDirectories.IsTiff(head) && !head.At(8, "CR"u8) => MediaType.Tiff,
        _ => null,
    };

    private static MediaType? Container(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith("%PDF-"u8) => MediaType.Pdf,
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => MediaType.Zip,
        _ when head.StartsWith("Rar!\u001A\u0007"u8) => MediaType.Rar,
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => MediaType.SevenZip,
        _ when head.At(257, "ustar"u8) => MediaType.Tar,
        _ when head.StartsWith("RIFF"u8) => Riff(head),
        _ when head.StartsWith("RF64"u8) && head.At(8, "WAVE"u8) => MediaType.Wav,
        _ when head.StartsWith("FLV\u0001"u8) => MediaType.Flv,
        [0, 0, 1, 0xBA, ..] => MediaType.ProgramStream,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Ebml(head),
        _ when head.At(4, "ftyp"u8) => IsoBrands.FindType(head),

        // Old QuickTime files have no brand and begin with one of these atoms.
        _ when head.At(4, "moov"u8) || head.At(4, "mdat"u8) || head.At(4, "wide"u8) => MediaType.QuickTime,
        _ when head.At(4, "free"u8) || head.At(4, "skip"u8) || head.At(4, "pnot"u8) => MediaType.QuickTime,
        _ when IsOldTar(head) => MediaType.Tar,
        _ => null,
    };

    /// <summary>
    /// Finds a header of Unix V7 tar, which has no magic bytes, by its checksum: the sum of its 512 bytes, with spaces in place of the
    /// checksum, in octal at byte 148.
    /// </summary>
    private static bool IsOldTar(ReadOnlySpan<byte> head)
    {
        const int Length = 512, Checksum = 148, ChecksumLength = 8;
        if (head.Length < Length || head[0] == 0)
            return false;
        var sum = ChecksumLength * ' ';
        for (var i = 0; i < Length; i++)
            sum += i is >= Checksum and < Checksum + ChecksumLength ? 0 : head[i];
        var digits = Encoding.ASCII.GetString(head.Slice(Checksum, ChecksumLength)).Trim(' ', '\0');
        return digits.Length > 0 && digits.All(digit => digit is >= '0' and <= '7') && Convert.ToInt32(digits, 8) == sum;
    }

    private static MediaType? Riff(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.At(8, "WEBPVP8"u8) => MediaType.Webp,
        _ when head.At(8, "WAVE"u8) => MediaType.Wav,
        _ when head.At(8, "AVI "u8) => MediaType.Avi,
        _ => null,
    };

    /// <summary>Distinguishes Matroska and WebM by the DocType element (id 42 82, a length, a name).</summary>
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
        _ when head.StartsWith("ID3"u8) => head.Length < TagHeaderLength ? null : AfterTag(head),
        _ => AudioFrames.FindAtStart(head),
    };

    /// <summary>
    /// Finds the codecs of an Ogg. The first pages of its streams precede all other pages and begin with the name of the codec.
    /// </summary>
    private static MediaType? Ogg(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf((ReadOnlySpan<byte>)[0x80, .. "theora"u8]) >= 0)
            return MediaType.OggVideo;
        var isAudio = head.IndexOf("\u0001vorbis"u8) >= 0
            || head.IndexOf("OpusHead"u8) >= 0
            || head.IndexOf("\u007FFLAC"u8) >= 0
            || head.IndexOf("Speex   "u8) >= 0;
        return isAudio ? MediaType.Ogg : null;
    }

    /// <summary>
    /// Finds the type after an ID3 tag: usually MP3, sometimes AAC or FLAC. After a tag that is longer than the head, MP3 is assumed.
    /// </summary>
    private static MediaType? AfterTag(ReadOnlySpan<byte> head)
    {
        var length = TagLength(head);
        if (length + 4 > head.Length)
            return MediaType.Mp3;
        var rest = head[(int)length..];
        if (rest.StartsWith("ID3"u8) && rest.Length >= TagHeaderLength)
            return AfterTag(rest);
        return rest.StartsWith("fLaC"u8)
            ? MediaType.Flac
            : AudioFrames.FindAtStart(rest) ?? AudioFrames.FindAnywhere(rest) ?? MediaType.Mp3;
    }

    /// <summary>Counts the bytes of an ID3v2 tag with header and footer (id3.org, ID3v2.4 section 3.1); 0 if the head has none.</summary>
    private static long TagLength(ReadOnlySpan<byte> head) =>
        head.Length < TagHeaderLength || !head.StartsWith("ID3"u8)
            ? 0
            : TagHeaderLength + (head[6] & 0x7F) * (1L << 21) + ((head[7] & 0x7F) << 14) + ((head[8] & 0x7F) << 7) + (head[9] & 0x7F)
                + ((head[5] & 0x10) != 0 ? TagHeaderLength : 0);

    /// <summary>
    /// Whether the head is of an MPEG transport stream: a sync byte at the beginning of each packet. Packets have 188 bytes, 192 with a
    /// time stamp (from camcorders and Blu-ray discs) or 204 with check bytes. A recording may begin in the middle of a packet.
    /// </summary>
    private static bool IsTransportStream(ReadOnlySpan<byte> head)
    {
        const byte Sync = 0x47;
        const int MinPackets = 5;
        foreach (var packet in (ReadOnlySpan<int>)[188, 192, 204])
        {
            for (var start = 0; start < packet && start + ((MinPackets - 1) * packet) < head.Length; start++)
            {
                var at = start;
                while (at < head.Length && head[at] == Sync)
                    at += packet;
                if (at >= head.Length)
                    return true;
            }
        }

        return false;
    }

    internal static bool At(this ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> expected) =>
        head.Length >= offset + expected.Length && head.Slice(offset, expected.Length).SequenceEqual(expected);

    internal static uint BigEndian(this ReadOnlySpan<byte> head, int offset) => BinaryPrimitives.ReadUInt32BigEndian(head[offset..]);
}
