using System.Text;
using MangaMotion.Media.Sniffing;

namespace MangaMotion.Media.Tests;

public sealed class SnifferTests
{
    public static TheoryData<string, string> Supported => new()
    {
        { "FF D8 FF E0 00 10 'JFIF", "image/jpeg" },
        { "89 'PNG 0D 0A 1A 0A 00 00 00 0D 'IHDR", "image/png" },
        { "'GIF87a", "image/gif" },
        { "'GIF89a 01 00", "image/gif" },
        { "'RIFF 10 00 00 00 'WEBPVP8_", "image/webp" },
        { "'RIFF 10 00 00 00 'WEBPVP8L", "image/webp" },
        { "'RIFF 10 00 00 00 'WEBPVP8X", "image/webp" },
        { "'II 2A 00 08 00 00 00", "image/tiff" },
        { "'MM 00 2A 00 00 00 08", "image/tiff" },
        { "'II 2B 00 08 00 00 00", "image/tiff" },
        { "00 00 00 18 'ftypheic 00 00 00 00 'mif1heic", "image/heic" },
        { "00 00 00 18 'ftypmif1 00 00 00 00 'mif1heic", "image/heic" },
        { "00 00 00 1C 'ftypavif 00 00 00 00 'avifmif1miaf", "image/avif" },
        { "00 00 00 1C 'ftypmif1 00 00 00 00 'mif1avifmiaf", "image/avif" },
        { "00 00 00 18 'ftypavis 00 00 00 00 'avismsf1", "image/avif" },
        { "'%PDF-1.7", "application/pdf" },
        { "'junk 0A '%PDF-1.4", "application/pdf" },
        { "00 00 00 20 'ftypisom 00 00 02 00 'isomiso2avc1mp41", "video/mp4" },
        { "00 00 00 18 'ftypmp42 00 00 00 00 'mp42isom", "video/mp4" },
        { "00 00 00 18 'ftypiso5 00 00 00 00 'iso5dash", "video/mp4" },
        { "00 00 00 18 'ftypXXXX 00 00 00 00 'isommp42", "video/mp4" },
        { "00 00 00 14 'ftypqt__ 20 05 03 00 'qt__", "video/quicktime" },
        { "00 00 00 08 'wide 00 01 'mdat", "video/quicktime" },
        { "00 00 10 00 'moov 00 00", "video/quicktime" },
        { "'RIFF 10 00 00 00 'AVI_LIST", "video/x-msvideo" },
        { "1A 45 DF A3 9F 42 86 81 01 42 82 88 'matroska", "video/x-matroska" },
        { "1A 45 DF A3 9F 42 86 81 01 42 82 84 'webm", "video/webm" },
        { "00 00 00 18 'ftyp3gp5 00 00 01 00 '3gp5isom", "video/3gpp" },
        { "00 00 00 18 'ftyp3g2a 00 00 01 00 '3g2aisom", "video/3gpp" },
        { "'OggS 00 02 00*20 01 2A 80 'theora", "video/ogg" },
        { "'FLV 01 05", "video/x-flv" },
        { "00 00 01 BA 44", "video/mpeg" },
        { "'ID3 04 00 00 00 00 00 00 FF FB 90 64", "audio/mpeg" },
        { "'ID3 04 00 00 7F 7F 7F 7F 00", "audio/mpeg" },
        { "FF FB 90 64 00", "audio/mpeg" },
        { "FF F3 44 C4 00", "audio/mpeg" },
        { "'RIFF 24 00 00 00 'WAVEfmt_", "audio/wav" },
        { "'RF64 FF FF FF FF 'WAVEds64", "audio/wav" },
        { "FF F1 50 80 2E 7F FC", "audio/aac" },
        { "FF F9 50 80 2E 7F FC", "audio/aac" },
        { "00 00 00 18 'ftypM4A_ 00 00 00 00 'M4A_mp42", "audio/mp4" },
        { "'OggS 00 02 00*20 01 1E 01 'vorbis", "audio/ogg" },
        { "'OggS 00 02 00*20 01 13 'OpusHead", "audio/ogg" },
        { "'fLaC 00 00 00 22", "audio/flac" },
        { "'ID3 04 00 00 00 00 00 00 'fLaC", "audio/flac" },
        { "'PK 03 04 14 00", "application/zip" },
        { "'PK 05 06 00 00", "application/zip" },
        { "'Rar! 1A 07 00", "application/vnd.rar" },
        { "'Rar! 1A 07 01 00", "application/vnd.rar" },
        { "'7z BC AF 27 1C", "application/x-7z-compressed" },
        { $"'1.png{string.Concat(Enumerable.Repeat(" 00", 252))} 'ustar", "application/x-tar" },
    };

    public static TheoryData<string, string> Unsupported => new()
    {
        { "", "an empty file" },
        { "00 01 02 03", "an unknown kind of file" },
        { "'<svg_xmlns=", "an SVG image" },
        { "'<?xml_version='1.0'?> 0A '<!--_c_--><svg", "an SVG image" },
        { "EF BB BF '<svg", "an SVG image" },
        { "1F 8B 08 00", "a gzip archive (perhaps a compressed SVG)" },
        { "'BM 36 00", "a BMP image" },
        { "'8BPS 00 01", "a Photoshop file" },
        { "00 00 00 0C 'jP__ 0D 0A 87 0A", "a JPEG 2000 image" },
        { "FF 4F FF 51 00", "a JPEG 2000 image" },
        { "00 00 00 0C 'JXL_ 0D 0A 87 0A", "a JPEG XL image" },
        { "FF 0A 00", "a JPEG XL image" },
        { "'#EXTM3U 0A '#EXT-X", "a playlist" },
        { "'ffconcat_version_1.0", "a playlist" },
        { "'P6 0A '10_10", "a portable pixmap" },
        { "'II 2A 00 10 00 00 00 'CR 02 00", "a Canon raw photo" },
        { "00 00 00 18 'ftypcrx_ 00 00 00 01 'crx_isom", "a Canon raw photo" },
        { "00 00 00 10 'ftyp<&> 01 00 00 00 00", "an unknown kind of MP4 (brand '....')" },
        { "'RIFF 10 00 00 00 'ACON", "an unknown kind of RIFF file" },
        { "1A 45 DF A3 9F 42 82 84 'evil", "an unknown kind of Matroska file" },
        { "'OggS 00 02 00*20 01 2A 80 'kate", "an Ogg file with an unknown codec" },
        { "30 26 B2 75 8E 66 CF 11", "a Windows Media file" },
        { "FF FD 90 64 00", "MPEG audio other than MP3" },
        { "'.snd 00 00 00 18", "a Sun sound (AU)" },
        { "'riff 2E 91 CF 11 A5 D6 28 DB", "a Sony Wave64 sound" },
        { "'RE~^ 00 00 00", "a RAR archive of a version before 2 (it can be packed again as ZIP)" },
        { "7F 'ELF", "a program" },
        { "'{\"a\":1}", "a JSON document" },
        { "'hello_world", "a text file" },
        { "'<!DOCTYPE_html>", "an HTML page" },
    };

    [Theory]
    [MemberData(nameof(Supported))]
    public void A_supported_type_is_recognised_by_its_first_bytes(string head, string expected) =>
        MediaSniffer.Sniff(Bytes(head)).Require().Name.ShouldBe(expected);

    [Theory]
    [MemberData(nameof(Supported))]
    public void A_head_truncated_anywhere_does_not_fail_the_sniffer(string head, string expected)
    {
        expected.ShouldNotBeEmpty();
        var whole = Bytes(head);
        for (var length = 0; length < whole.Length; length++)
            MediaSniffer.Sniff(whole.AsSpan(0, length)).Description.ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void An_unsupported_type_is_rejected_with_its_name(string head, string expected)
    {
        var sniffed = MediaSniffer.Sniff(Bytes(head));

        (sniffed.Type, sniffed.Description).ShouldBe((null, expected));
        Should.Throw<UnsupportedMediaException>(() => sniffed.Require()).OwnerMessage.ShouldContain(expected);
    }

    [Fact]
    public void Sound_is_recognised_by_consecutive_frames()
    {
        byte[] one = [.. Bytes("FF FB 90 64"), .. new byte[413]];
        byte[] two = [.. one, .. one];
        byte[] broken = [.. one, .. new byte[8]];

        MediaSniffer.Sniff(two).Type.ShouldBe(MediaType.Mp3);
        MediaSniffer.Sniff(broken).Type.ShouldBeNull();
    }

    [Theory]
    [InlineData(188, 0)]
    [InlineData(192, 4)]
    [InlineData(204, 0)]
    [InlineData(188, 77)]
    public void A_transport_stream_is_recognised_by_its_packets(int packet, int start)
    {
        var stream = new byte[4096];
        for (var at = start; at < stream.Length; at += packet)
            stream[at] = 0x47;

        MediaSniffer.Sniff(stream).Type.ShouldBe(MediaType.TransportStream);
        stream[start + (3 * packet)] = 0;
        MediaSniffer.Sniff(stream).Type.ShouldBeNull();
    }

    [Fact]
    public void Sound_that_begins_inside_a_frame_is_recognised()
    {
        byte[] frame = [.. Bytes("FF FB 90 64"), .. new byte[413]];
        byte[] stream = [.. new byte[200], .. frame, .. frame, .. frame, .. frame];

        MediaSniffer.Sniff(stream).Type.ShouldBe(MediaType.Mp3);
        MediaSniffer.Sniff(stream.AsSpan(0, stream.Length - frame.Length)).Type.ShouldBeNull();
    }

    [Fact]
    public void Every_type_has_one_name_and_extension()
    {
        MediaType.All.Select(type => type.Name).ShouldBeUnique();
        MediaType.All.Select(type => type.Extension).ShouldBeUnique();
    }

    /// <summary>Parses hex bytes and <c>'text</c> (an underscore is a space), separated by spaces. <c>00*20</c> repeats a byte.</summary>
    private static byte[] Bytes(string text) =>
    [
        .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(part => part switch
        {
            ['\'', .. var letters] => Encoding.ASCII.GetBytes(letters.Replace('_', ' ')),
            _ when part.Split('*') is [var value, var count] => Enumerable.Repeat(Convert.ToByte(value, 16), int.Parse(count)),
            _ => (IEnumerable<byte>)[Convert.ToByte(part, 16)],
        }),
    ];
}
