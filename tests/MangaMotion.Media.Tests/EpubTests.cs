using System.Text;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Tests;

/// <summary>EPUBs in the forms that shops and converters write.</summary>
public sealed class EpubTests : IAsyncDisposable
{
    private const string Fixed = "<meta property='rendition:layout'>pre-paginated</meta>";

    private readonly MediaRig _rig = new();
    private readonly Workspace _workspace;

    public EpubTests() => _workspace = _rig.Root.Create();

    /// <summary>Bodies of a page whose picture is <c>img/1 a.png</c>.</summary>
    public static TheoryData<string, string> Bodies { get; } = new()
    {
        { "img", "<img src='../img/1%20a.png' alt='One'/>" },
        { "img in boxes", "<div><p>&nbsp;<img src=\"../img/1 a.png\" alt=\"\"/>&nbsp;</p></div>" },
        {
            "svg image",
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><title>One</title>"
            + "<image xlink:href='../img/1%20a.png'/></svg>"
        },
        { "svg 2 image", "<svg xmlns='http://www.w3.org/2000/svg'><image href='../img/1%20a.png#x'/></svg>" },
        { "a name of another case", "<img src='../IMG/1%20a.png'/>" },
        { "the name of the chapter", "<h1>Chapter one</h1><img src='../img/1%20a.png'/>" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task The_picture_of_a_page_is_found(string what, string body)
    {
        foreach (var metadata in (string[])[Fixed, ""])
        {
            using var chapter = await OpenAsync(Book(metadata, [Xhtml(body)]));
            chapter.Pages.Select(page => page.Name).ShouldBe(["OPS/img/1 a.png"], what);
            (await UnpackAsync(chapter, 0)).ShouldBe(Picture(1));
        }
    }

    [Fact]
    public async Task Pages_are_in_the_order_of_the_spine_and_the_package_gives_title_language_and_direction()
    {
        using var chapter = await OpenAsync(Book(
            Fixed + "<dc:title>The lamp</dc:title><dc:language>ja-JP</dc:language>",
            [Xhtml("<img src='../img/3.png'/>"), Xhtml("<img src='../img/1%20a.png'/>"), Xhtml("<img src='../img/2.jpg'/>")],
            spine: "page-progression-direction='rtl'"));

        chapter.Pages.Select(page => page.Name).ShouldBe(["OPS/img/3.png", "OPS/img/1 a.png", "OPS/img/2.jpg"]);
        chapter.Info.ShouldBe(new ComicInfo("The lamp", "ja-jp", true) { IsFromEpub = true });
        (await UnpackAsync(chapter, 0)).ShouldBe(Picture(3));
    }

    [Fact]
    public async Task A_page_without_exactly_one_picture_keeps_its_number_and_has_a_reason()
    {
        using var chapter = await OpenAsync(Book(
            Fixed,
            [Xhtml("<img src='../img/3.png'/>"), Xhtml("<p>Blank</p>"), Xhtml("<img src='../img/3.png'/><img src='../img/2.jpg'/>"),
                Xhtml("<img src='../img/9.png'/>"),
                Xhtml("<img src='https://example.com/a.png'/>"), Xhtml("<img src='../../../../up.png'/>")]));

        chapter.Pages.Count.ShouldBe(6);
        foreach (var (page, reason) in ((int, string)[])[
            (1, "Page 2 (OPS/text/2.xhtml) has no picture."),
            (2, "Page 3 (OPS/text/3.xhtml) has 2 pictures; a page of an EPUB has one."),
            (3, "Page 4 (OPS/text/4.xhtml) shows a picture that is not in the EPUB."), (4, "shows a picture that is not in the EPUB."),
            (5, "shows a picture that is not in the EPUB.")])
        {
            (await Should.ThrowAsync<CorruptMediaException>(() => UnpackAsync(chapter, page))).OwnerMessage.ShouldEndWith(reason);
        }
    }

    [Fact]
    public async Task A_picture_in_the_spine_is_a_page_and_the_table_of_contents_is_not()
    {
        var package = Package(
            Fixed,
            "<item id='a' href='img/2.jpg' media-type='image/jpeg'/>"
            + "<item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>",
            "<itemref idref='n'/><itemref idref='a'/>");
        using var chapter = await OpenAsync(RawZip.Write([.. Entries(package), new("OPS/nav.xhtml", Xhtml("<ol><li>One</li></ol>"))]));
        chapter.Pages.Select(page => page.Name).ShouldBe(["OPS/img/2.jpg"]);
    }

    public static TheoryData<string, Func<byte[]>, string> Refusals { get; } = new()
    {
        {
            "a novel",
            () => Book("", [Xhtml($"<p>{new string('x', 500)}</p>"), Xhtml("<img src='../img/2.jpg'/>")]),
            "This is a reflowable EPUB"
        },
        {
            "a novel with a picture on each page",
            () => Book("", [Xhtml($"<p>{new string('x', 500)}</p><img src='../img/2.jpg'/>")]),
            "This is a reflowable EPUB"
        },
        {
            "protected pictures",
            () => Book(Fixed, [Xhtml("<img src='../img/2.jpg'/>")], encrypted: "OPS/img/2.jpg"),
            "protected against copying (DRM)"
        },
        {
            "protected pages",
            () => Book(Fixed, [Xhtml("<img src='../img/2.jpg'/>")], encrypted: "OPS/text/1.xhtml"),
            "protected against copying (DRM)"
        },
        { "no package", () => RawZip.Write([new("META-INF/container.xml", "<container/>"u8.ToArray())]), "The EPUB is damaged" },
        { "a page cut short", () => Book(Fixed, ["<html><body>"u8.ToArray()]), "The EPUB is damaged" },
        { "no pages", () => Book(Fixed, []), "There is no page in the chapter" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task An_unusable_book_is_rejected_with_a_reason(string what, Func<byte[]> make, string reason)
    {
        var refusal = await Should.ThrowAsync<MediaException>(() => OpenAsync(make()), what);
        refusal.OwnerMessage.ShouldContain(reason);
        refusal.Permanent.ShouldBeTrue();
    }

    [Fact]
    public async Task Obfuscated_fonts_are_not_treated_as_copy_protection()
    {
        using var chapter = await OpenAsync(Book(Fixed, [Xhtml("<img src='../img/2.jpg'/>")], encrypted: "OPS/fonts/a.otf"));
        chapter.Pages.Count.ShouldBe(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private static byte[] Picture(int width) => ChapterTests.Picture(width, 3);

    /// <summary>Creates a page with a document type and entities of HTML, as converters write it.</summary>
    private static byte[] Xhtml(string body) => Encoding.UTF8.GetBytes(
        "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.1//EN' "
            + "'http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd'>"
        + "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>A page</title><style>p { margin: 0 }</style></head>"
        + $"<body>{body}</body></html>");

    private static string Package(string metadata, string items, string references, string spine = "") =>
        "<package xmlns='http://www.idpf.org/2007/opf' version='3.0'><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        + $"{metadata}</metadata><manifest>{items}</manifest><spine {spine}>{references}</spine></package>";

    private static RawEntry[] Entries(string package) =>
    [
        new("mimetype", "application/epub+zip"u8.ToArray()),
        new(
            "META-INF/container.xml",
            [.. "<container><rootfiles><rootfile full-path='OPS/book.opf' media-type='application/oebps-package+xml'/>"u8,
                .. "</rootfiles></container>"u8]),
        new("OPS/book.opf", Encoding.UTF8.GetBytes(package)),
        new("OPS/img/1 a.png", Picture(1)), new("OPS/img/2.jpg", Picture(2)), new("OPS/img/3.png", Picture(3)),
    ];

    private static byte[] Book(string metadata, byte[][] pages, string spine = "", string? encrypted = null)
    {
        var numbers = Enumerable.Range(1, pages.Length).ToList();
        var package = Package(
            metadata,
            string.Concat(
                numbers.Select(number => $"<item id='p{number}' href='text/{number}.xhtml' media-type='application/xhtml+xml'/>")),
            string.Concat(numbers.Select(number => $"<itemref idref='p{number}'/>")),
            spine);
        return RawZip.Write(
        [
            .. Entries(package),
            .. pages.Select((page, index) => new RawEntry($"OPS/text/{index + 1}.xhtml", page)),
            .. encrypted is null ? Array.Empty<RawEntry>() :
            [
                new("META-INF/encryption.xml", Encoding.UTF8.GetBytes(
                    "<encryption xmlns='urn:oasis:names:tc:opendocument:xmlns:container' "
                        + "xmlns:enc='http://www.w3.org/2001/04/xmlenc#'><enc:EncryptedData>"
                    + $"<enc:CipherData><enc:CipherReference URI='{encrypted}'/></enc:CipherData></enc:EncryptedData></encryption>")),
            ],
        ]);
    }

    private static async Task<byte[]> UnpackAsync(Chapter chapter, int page) =>
        await File.ReadAllBytesAsync((await chapter.UnpackAsync(chapter.Pages[page], CancellationToken.None)).Path);

    private Task<Chapter> OpenAsync(byte[] book)
    {
        var path = _workspace.NewPath();
        File.WriteAllBytes(path, book);
        return _rig.Chapters.OpenAsync(_workspace, [new ChapterFile(path, "book.epub")], CancellationToken.None);
    }
}
