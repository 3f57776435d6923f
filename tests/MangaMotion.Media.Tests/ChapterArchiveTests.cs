using System.Text;
using MangaMotion.Film.Pages;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Tests;

/// <summary>Archives that other readers accept, and entries with names of pages that are not pages.</summary>
public sealed class ChapterArchiveTests : IAsyncDisposable
{
    private static readonly byte[] Page = ChapterTests.Picture(4, 3);
    private static readonly RawEntry[] Pages = [new("1.png", Page), new("2.png", Page) { Method = 8, Packed = RawZip.Deflate(Page) }];
    private readonly MediaRig _rig = new();
    private readonly Workspace _workspace;

    public ChapterArchiveTests() => _workspace = _rig.Root.Create();

    public static TheoryData<string, byte[]> Archives { get; } = new()
    {
        { "two bytes behind the end", RawZip.Write(Pages, trailing: "\r\n"u8.ToArray()) },
        { "zeroes behind the end", RawZip.Write(Pages, trailing: new byte[512]) },
        { "text behind the end", RawZip.Write(Pages, trailing: Encoding.ASCII.GetBytes(new string('x', 30_000))) },
        { "a comment", RawZip.Write(Pages, comment: "Scanned by PK\u0005\u0006 hand"u8.ToArray()) },
        { "a comment that holds an end record", RawZip.Write(Pages, comment: RawZip.Write([])) },
        { "a comment and two bytes behind it", RawZip.Write(Pages, comment: "Scanned by hand"u8.ToArray(), trailing: "\r\n"u8.ToArray()) },
        { "a comment cut short", RawZip.Write(Pages, comment: new byte[40])[..^10] },
        { "a self-extractor before it", RawZip.Write(Pages, prefix: [.. "MZ"u8, .. new byte[5000]]) },
        {
            "a self-extractor whose offsets were set right",
            RawZip.Write(Pages, prefix: [.. "MZ"u8, .. new byte[5000]], countsPrefix: true)
        },
        { "a script before it", RawZip.Write(Pages, prefix: "#!/bin/sh\nexit\n"u8.ToArray()) },
        { "the marker of a span of one", RawZip.Write(Pages, prefix: "PK00"u8.ToArray(), countsPrefix: true) },
        { "64-bit records", RawZip.Write([.. Pages.Select(page => page with { Zip64 = true })], zip64: true) },
        {
            "64-bit records behind a self-extractor",
            RawZip.Write([.. Pages.Select(page => page with { Zip64 = true })], zip64: true, prefix: [.. "MZ"u8, .. new byte[500]])
        },
        { "64-bit records and two bytes behind them", RawZip.Write(Pages, zip64: true, trailing: "\r\n"u8.ToArray()) },
    };

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task An_archive_is_read_as_other_readers_read_it(string what, byte[] archive)
    {
        using var chapter = await OpenAsync(archive);
        chapter.Pages.Select(page => page.Name).ShouldBe(["1.png", "2.png"], what);
        foreach (var page in chapter.Pages)
            (await File.ReadAllBytesAsync((await chapter.UnpackAsync(page, CancellationToken.None)).Path)).ShouldBe(Page);
    }

    [Fact]
    public async Task A_truncated_archive_with_trailing_bytes_is_rejected()
    {
        var archive = RawZip.Write(Pages);
        await Should.ThrowAsync<CorruptMediaException>(() => OpenAsync([.. archive[..^30], .. new byte[30]]));
        await Should.ThrowAsync<MediaException>(() => OpenAsync([.. archive[10..], .. "\r\n"u8]));
    }

    [Fact]
    public async Task Entries_compressed_with_Deflate64_are_read()
    {
        var page = new byte[Page.Length + 1 + 70_003];
        Page.CopyTo(page, 0);
        page.AsSpan(Page.Length).Fill((byte)'A');
        using var chapter = await OpenAsync(
            RawZip.Write([new("1.png", page) { Method = 9, Packed = Deflate64([.. Page, (byte)'A'], 65_000, 5_003) }, new("2.png", Page)]));

        (await File.ReadAllBytesAsync((await chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None)).Path)).ShouldBe(page);
        chapter.Pages.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_false_or_invalid_Deflate64_entry_is_a_damaged_page()
    {
        RawEntry lies = new("1.png", [.. Page, .. new byte[100]]) { Method = 9, Packed = Deflate64(Page) };
        RawEntry rubbish = new("2.png", Page) { Method = 9, Packed = [.. Enumerable.Repeat((byte)0xFF, 50)] };
        using var chapter = await OpenAsync(RawZip.Write([lies, rubbish, new("3.png", Page)]));

        chapter.Pages.Count.ShouldBe(3);
        foreach (var page in chapter.Pages.SkipLast(1))
            (await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(page, CancellationToken.None))).OwnerMessage
                .ShouldContain($"'{page.Name}' is damaged");
        await chapter.UnpackAsync(chapter.Pages[2], CancellationToken.None);
    }

    [Fact]
    public async Task A_Deflate64_bomb_stops_at_the_size_that_the_archive_states()
    {
        using var chapter = await OpenAsync(
            RawZip.Write([new("1.png", Page) { Method = 9, Packed = Deflate64([.. Page, (byte)'A'], 65_000, 65_000, 65_000) }]));
        new FileInfo((await chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None)).Path).Length.ShouldBe(Page.Length);
    }

    /// <summary>Name of an entry, its bytes in Latin-1, and the expected reason.</summary>
    public static TheoryData<string, string, string> NoPages { get; } = new()
    {
        { "002.jpg", "", "Page 2 (002.jpg) is an empty file, not an image." },
        { "002.jpg", "<html>404 Not Found</html>", "Page 2 (002.jpg) is an HTML page, not an image." },
        { "002.jpg", "\n<!DOCTYPE html>\n<title>Access denied</title>", "Page 2 (002.jpg) is an HTML page, not an image." },
        { "002.PNG", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Page 2 (002.PNG) is a Git LFS pointer, not an image." },
        { "002.jpeg", "{\"error\":\"expired\"}", "Page 2 (002.jpeg) is a JSON document, not an image." },
        {
            "002.jpg",
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
            "Page 2 (002.jpg) is an XML document, not an image."
        },
        { "002.webp", "Not found", "Page 2 (002.webp) is a text file, not an image." },
        { "002.jpg", "\0\0\0\0\0\0\0\0", "Page 2 (002.jpg) is an unknown kind of file, not an image." },
        { "002.bmp", "BM6\0\0\0", "Page 2 (002.bmp) is a BMP image, which is not supported; a page is " },
        { "002.jxl", "\u00FF\n\0\0", "Page 2 (002.jxl) is a JPEG XL image, which is not supported; a page is " },
        { "002.jp2", "\0\0\0\u000CjP  \r\n\u0087\n", "Page 2 (002.jp2) is a JPEG 2000 image, which is not supported; a page is " },
        { "002.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", "Page 2 (002.svg) is an SVG image, which is not supported; a page is " },
        { "002.psd", "8BPS\0\u0001", "Page 2 (002.psd) is a Photoshop file, not an image." },
        { "002.jpg", "fLaC\0", "Page 2 (002.jpg) is a FLAC file, not an image." },
        { "002.jpg", "%PDF-1.7", "Page 2 (002.jpg) is a PDF file, not an image." },
        { "002.jpg", "PK\u0003\u0004", "Page 2 (002.jpg) is a ZIP file, not an image." },
    };

    [Theory]
    [MemberData(nameof(NoPages))]
    public async Task An_invalid_page_keeps_its_number_and_has_a_reason_in_an_archive_and_as_a_file(
        string name, string bytes, string reason)
    {
        var content = Encoding.Latin1.GetBytes(bytes);
        using var packed = await OpenAsync(RawZip.Write([new("001.png", Page), new(name, content), new("003.png", Page)]));
        using var loose = await Reader.OpenAsync(
            _workspace, [Store("001.png", Page), Store(name, content), Store("003.png", Page)], CancellationToken.None);

        foreach (var chapter in (Chapter[])[packed, loose])
        {
            chapter.Pages.Select(page => page.Name).ShouldBe(["001.png", name, "003.png"]);
            (await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[1], CancellationToken.None)))
                .OwnerMessage.ShouldStartWith(reason);
            await chapter.UnpackAsync(chapter.Pages[2], CancellationToken.None);
        }
    }

    [Fact]
    public async Task Every_name_with_the_extension_of_a_picture_is_counted()
    {
        string[] names =
        [
            .. "jpg jpeg jpe jfif png apng webp gif tif tiff bmp dib avif heic heif jxl jp2 j2k jpx jpf jpm j2c svg svgz psd tga qoi"
                .Split(' ').Select((extension, i) => $"{i:00}.{extension}"),
        ];
        using var chapter = await OpenAsync(RawZip.Write([.. names.Select(name => new RawEntry(name, "x"u8.ToArray()))]));
        chapter.Pages.Select(page => page.Name).ShouldBe(names);
    }

    [Fact]
    public async Task A_page_without_an_extension_is_a_page_by_its_bytes()
    {
        using var chapter = await OpenAsync(
            RawZip.Write([new("001", Page), new("002.dat", Page), new("003.5", Page), new("readme", "x"u8.ToArray())]));
        chapter.Pages.Select(page => page.Name).ShouldBe(["001", "002.dat", "003.5"]);
    }

    [Fact]
    public async Task Files_without_the_name_of_a_page_are_ignored()
    {
        string[] ignored =
        [
            "__MACOSX/._1.png", "._1.png", ".DS_Store", "Thumbs.db", "desktop.ini", "ComicInfo.xml", "info.txt", "checksums.md5",
            "chapter.json", "index.html", "song.mp3", "page.css",
        ];
        using var chapter = await OpenAsync(
            RawZip.Write([.. ignored.Select(name => new RawEntry(name, "x"u8.ToArray())), new("folder/", []), new("1.png", Page)]));
        chapter.Pages.Select(page => page.Name).ShouldBe(["1.png"]);
    }

    [Fact]
    public async Task Encrypted_pages_keep_their_numbers_and_the_archive_is_rejected_only_if_it_has_no_others()
    {
        RawEntry encrypted = new("2.png", Page) { Flags = 1 };
        RawEntry lzma = new("3.png", Page) { Method = 14 };
        using var chapter = await OpenAsync(RawZip.Write([new("1.png", Page), encrypted, lzma, new("4.txt", Page[..8]) { Flags = 1 }]));

        chapter.Pages.Count.ShouldBe(3);
        (await Should.ThrowAsync<UnsupportedMediaException>(() => chapter.UnpackAsync(chapter.Pages[1], CancellationToken.None)))
            .OwnerMessage.ShouldContain("'2.png' is encrypted with a password");
        (await Should.ThrowAsync<UnsupportedMediaException>(() => chapter.UnpackAsync(chapter.Pages[2], CancellationToken.None)))
            .OwnerMessage.ShouldContain("'3.png' is packed by LZMA");
        (await Should.ThrowAsync<UnsupportedMediaException>(() => OpenAsync(RawZip.Write([encrypted])))).OwnerMessage.ShouldContain(
            "encrypted with a password");
    }

    [Theory]
    [InlineData("avif")]
    [InlineData("heic")]
    public async Task Every_type_that_gets_a_thumbnail_can_be_a_page(string extension)
    {
        using var vips = new Vips();
        var bytes = await File.ReadAllBytesAsync(vips.Encode(vips.Picture(500, 300), extension));
        using var packed = await OpenAsync(RawZip.Write([new($"1.{extension}", bytes)]));
        using var loose = await Reader.OpenAsync(
            _workspace, [Store($"1.{extension}", bytes), Store("2.png", Page)], CancellationToken.None);

        foreach (var chapter in (Chapter[])[packed, loose])
        {
            var page = await chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None);
            page.Type.ShouldBe(MediaType.Jpeg);
            var grey = await new PageReader(_rig.Tools, Options.Create(_rig.Options)).ReadGreyAsync(
                _workspace, page.Path, CancellationToken.None);
            (grey.Width, grey.Height).ShouldBe((500, 300));
        }
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task A_truncated_image_has_the_same_outcome_as_a_page_and_as_a_thumbnail(string extension)
    {
        using var vips = new Vips();
        var bytes = await File.ReadAllBytesAsync(vips.Encode(vips.Picture(500, 300), extension));
        var half = Path.Combine(_workspace.Location, $"half.{extension}");
        await File.WriteAllBytesAsync(half, bytes[..(bytes.Length / 2)]);
        using var chapter = await OpenAsync(
            RawZip.Write([new($"1.{extension}", bytes), new($"2.{extension}", await File.ReadAllBytesAsync(half))]));

        await chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None);
        var asPage = await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[1], CancellationToken.None));
        asPage.OwnerMessage.ShouldBe((await Should.ThrowAsync<CorruptMediaException>(() => _rig.RenderAsync(half))).OwnerMessage);
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private ChapterReader Reader => _rig.Chapters;

    private Task<Chapter> OpenAsync(byte[] archive) =>
        Reader.OpenAsync(_workspace, [Store("chapter.cbz", archive)], CancellationToken.None);

    private ChapterFile Store(string name, byte[] bytes)
    {
        var path = _workspace.NewPath();
        File.WriteAllBytes(path, bytes);
        return new ChapterFile(path, name);
    }

    /// <summary>
    /// Writes one block with fixed codes: the literals, then copies of the last one that are longer than Deflate's limit of 258.
    /// </summary>
    private static byte[] Deflate64(byte[] literals, params int[] runs)
    {
        var (bits, packed) = (0, new List<byte>());
        Put(1, 1);
        Put(1, 2);
        foreach (var literal in literals)
            Code(literal < 144 ? 0x30 + literal : 0x190 + literal - 144, literal < 144 ? 8 : 9);
        foreach (var run in runs)
        {
            // Length code 285, which has 16 more bits in Deflate64, with distance 1.
            Code(0xC5, 8);
            Put(run - 3, 16);
            Code(0, 5);
        }

        Code(0, 7);
        return [.. packed];

        void Code(int code, int length)
        {
            for (var bit = length - 1; bit >= 0; bit--)
                Put(code >> bit & 1, 1);
        }

        void Put(int value, int length)
        {
            for (var bit = 0; bit < length; bit++, bits++)
            {
                if (bits % 8 == 0)
                    packed.Add(0);
                packed[^1] |= (byte)((value >> bit & 1) << (bits % 8));
            }
        }
    }
}
