using System.IO.Compression;
using System.Text;
using MangaMotion.Media;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Tests;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Formats.Cells;

/// <summary>Chapters of two pages in every kind of archive and book; the first page shows four colours.</summary>
internal static class Chapters
{
    private const string Layout = "<meta property='rendition:layout'>pre-paginated</meta>";

    public static IReadOnlyList<Cell> All { get; } =
    [
        Chapter("CBZ", "stored", "-", bench => SevenZip(bench, "zip", "-mx=0")),
        Chapter("CBZ", "Deflate", "-", bench => SevenZip(bench, "zip")),
        Chapter("CBZ", "Deflate", "streamed by zip, sizes behind the data", bench => bench.Write("cbz", Zipped(bench))),
        Chapter("CBZ", "Deflate", "other bytes in front of it", bench => bench.Write(
            "cbz", [.. "HTTP/1.1 200 OK\r\n\r\n"u8, .. File.ReadAllBytes(SevenZip(bench, "zip"))])),
        Chapter("CBZ", "Deflate", "a self-extractor", bench => bench.Write(
            "exe", [.. "MZ"u8, .. new byte[5_000], .. File.ReadAllBytes(SevenZip(bench, "zip"))])),
        Chapter("CBZ", "Deflate64", "-", bench => SevenZip(bench, "zip", "-mm=Deflate64")),
        Chapter("CBR", "stored", "RAR 4", bench => bench.Write("cbr", RawRar.Version4(Files()))),
        Chapter("CBR", "stored", "RAR 5", bench => bench.Write("cbr", RawRar.Version5(Files()))),
        Packed("compressed-4", "normal", "RAR 4"),
        Packed("colour-4", "best, for colours", "RAR 4"),
        Packed("solid-text-4", "best, for text", "RAR 4, solid"),
        Packed("compressed-5", "best", "RAR 5"),
        Packed("solid-5", "best", "RAR 5, solid"),
        Packed("recovery-blake-5", "normal", "RAR 5, a recovery record, checksums of BLAKE2"),
        Packed("references-5", "normal", "RAR 5, an equal page as a reference"),
        Packed("solid-references-5", "normal", "RAR 5, solid, an equal page as a reference"),
        Chapter("CBR", "Deflate", "a ZIP under the name of a RAR", bench => SevenZip(bench, "zip")),
        Chapter("CB7", "LZMA2", "solid", bench => SevenZip(bench, "7z")),
        Chapter("CB7", "LZMA2", "not solid", bench => SevenZip(bench, "7z", "-ms=off")),
        Chapter("CB7", "LZMA", "-", bench => SevenZip(bench, "7z", "-m0=LZMA")),
        Chapter("CB7", "PPMd", "-", bench => SevenZip(bench, "7z", "-m0=PPMd")),
        Chapter("CB7", "bzip2", "-", bench => SevenZip(bench, "7z", "-m0=BZip2")),
        Chapter("CB7", "Deflate", "-", bench => SevenZip(bench, "7z", "-m0=Deflate")),
        Chapter("CB7", "LZMA2 behind the filter Delta", "-", bench => SevenZip(bench, "7z", "-m0=Delta:3", "-m1=LZMA2")),
        Chapter("CB7", "LZMA2 behind the filter BCJ2", "-", bench => SevenZip(bench, "7z", "-m0=BCJ2", "-m1=LZMA2")),
        Chapter("CB7", "stored", "-", bench => SevenZip(bench, "7z", "-mx=0")),
        Chapter("CBT", "-", "GNU", bench => Tar(bench, "gnu")),
        Chapter("CBT", "-", "Unix V7, no magic bytes", bench => Tar(bench, "v7")),
        Chapter("CBT", "-", "ustar", bench => Tar(bench, "ustar")),
        Chapter("CBT", "-", "POSIX (pax)", bench => Tar(bench, "posix")),
        Chapter("CBT", "-", "GNU, an equal page as a hard link", bench => Linked(bench)),
        Chapter("CBT", "-", "GNU, an equal page as a symbolic link", bench => Linked(bench, "--symbolic", "--relative")),
        Chapter("EPUB", "XHTML, img", "fixed layout", bench => Epub(bench, Layout, "<img src='../{0}'/>")),
        Chapter("EPUB", "XHTML, svg image", "fixed layout", bench => Epub(bench, Layout,
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='../{0}'/></svg>")),
        Chapter("EPUB", "XHTML, img", "no layout, one picture on each page", bench => Epub(bench, "", "<img src='../{0}'/>")),
        Chapter("EPUB", "XHTML, img and text", "fixed layout by Apple's options", bench => Epub(
            bench, "", $"<img src='../{{0}}'/><p>{new string('x', 200)}</p>",
            ("META-INF/com.apple.ibooks.display-options.xml",
                "<display_options><platform name='*'><option name='fixed-layout'>true</option></platform></display_options>"))),
        Chapter("EPUB", "XHTML, img", "encryption of a font alone", bench => Epub(
            bench, Layout, "<img src='../{0}'/>",
            ("META-INF/encryption.xml",
                "<encryption><EncryptedData><CipherData><CipherReference URI='OPS/f.otf'/></CipherData></EncryptedData></encryption>"))),
        Chapter("PDF", "a scan", "two pages", bench =>
            bench.Make("pdf", "qpdf", "--empty", "--pages", Scan(bench), Scan(bench), "--", "OUT"), tolerance: 14),
        Refused("EPUB", "XHTML", "text that flows", bench => Epub(bench, "", $"<p>{new string('x', 200)}</p><img src='../{{0}}'/>")),
        Refused("CBZ", "Deflate", "encrypted with a password", bench => SevenZip(bench, "zip", "-psecret")),
        Refused("CBZ", "Deflate", "AES-256", bench => SevenZip(bench, "zip", "-psecret", "-mem=AES256")),
        Refused("CBZ", "bzip2", "-", bench => SevenZip(bench, "zip", "-mm=BZip2")),
        Refused("CBZ", "PPMd", "-", bench => SevenZip(bench, "zip", "-mm=PPMd")),
        Refused("CBZ", "LZMA", "-", bench => SevenZip(bench, "zip", "-mm=LZMA")),
        Refused("CBR", "stored", "encrypted with a password", bench => bench.Write("cbr", RawRar.Version5(Files(), encrypted: true))),
        Refused("CBR", "normal", "RAR 4, encrypted with a password", _ => Fixture("password-4")),
        Refused("CBR", "normal", "RAR 5, encrypted with a password", _ => Fixture("password-5")),
        Refused("CBR", "normal", "RAR 5, list and files encrypted with a password", _ => Fixture("password-list-5")),
        Refused("CBR", "normal", "RAR 5, the first part of three", _ => Fixture("part-1")),
        Refused("CBR", "normal", "RAR 5, the last part of three", _ => Fixture("part-3")),
        Refused("CBR", "stored", "one part of several", bench => bench.Write("cbr", RawRar.Version4(Files(), flags: 2))),
        Refused("CB7", "LZMA2", "encrypted with a password", bench => SevenZip(bench, "7z", "-psecret")),
        Refused("CB7", "LZMA2", "list and files encrypted with a password", bench => SevenZip(bench, "7z", "-psecret", "-mhe=on")),
        Refused("CBT", "gzip", "-", bench => bench.Make("tar.gz", "tar", "-C", Folder(bench), "-czf", "OUT", ".")),
    ];

    /// <summary>
    /// A RAR by RARLAB's program: the same page twice (表紙, １), a smaller one of noise (２), and a text. See Archives/README.md.
    /// </summary>
    private static Cell Packed(string file, string codec, string declared) =>
        new("Chapters", "CBR", codec, declared, async bench =>
        {
            await using var workspace = bench.Get<WorkspaceRoot>().Create();
            using var chapter = await OpenAsync(bench, workspace, Fixture(file));
            chapter.Pages.Select(page => page.Name).ShouldBe(["第1話/１.png", "第1話/２.png", "第1話/表紙.png"]);
            // The last first: in a solid archive it depends on the others.
            foreach (var page in chapter.Pages.Reverse())
            {
                var bytes = await File.ReadAllBytesAsync((await chapter.UnpackAsync(page, CancellationToken.None)).Path);
                FourColours.Check(new Outcome(Result: null, new() { ["page"] = bytes }, Refusal: null), "page", 6);
            }

            return "3 pages in their colours";
        });

    private static string Fixture(string file) => Path.Combine(AppContext.BaseDirectory, "Archives", $"{file}.cbr");

    private static Cell Chapter(string container, string codec, string declared, Func<Bench, string> make, int tolerance = 6) =>
        new("Chapters", container, codec, declared, async bench =>
        {
            await using var workspace = bench.Get<WorkspaceRoot>().Create();
            using var chapter = await OpenAsync(bench, workspace, make(bench));
            chapter.Pages.Count.ShouldBe(2);
            var pages = new Dictionary<string, byte[]>();
            foreach (var page in chapter.Pages)
                pages[$"{page.Number}"] = await File.ReadAllBytesAsync((await chapter.UnpackAsync(page, CancellationToken.None)).Path);
            FourColours.Check(new Outcome(Result: null, pages, Refusal: null), "1", tolerance);
            return "2 pages in their colours";
        });

    private static Cell Refused(string container, string codec, string declared, Func<Bench, string> make) =>
        new("Chapters", container, codec, declared, async bench =>
        {
            await using var workspace = bench.Get<WorkspaceRoot>().Create();
            var refusal = await Should.ThrowAsync<MediaException>(() => OpenAsync(bench, workspace, make(bench)));
            return new Outcome(Result: null, [], refusal).RequireRefusal("media.unsupported");
        });

    private static Task<Chapter> OpenAsync(Bench bench, Workspace workspace, string file)
    {
        File.Copy(file, workspace.Input);
        return bench.Get<ChapterReader>().OpenAsync(workspace, [new ChapterFile(workspace.Input, "chapter")], CancellationToken.None);
    }

    private static (string Name, byte[] Bytes)[] Files()
    {
        var page = PngFile.Write(8, LightCoding.Plain);
        return [("book/2.png", page), ("book/1.png", page), ("book/notes.txt", "Scan by us"u8.ToArray())];
    }

    private static string Folder(Bench bench)
    {
        var folder = bench.NewPath("d");
        foreach (var (name, bytes) in Files())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
        }

        return folder;
    }

    private static string SevenZip(Bench bench, string format, params string[] options) =>
        bench.Make(format, "7z", ["a", "-bd", "-y", $"-t{format}", .. options, "OUT", Path.Combine(Folder(bench), ".")]);

    private static byte[] Zipped(Bench bench) => Bench.Run("bash", ["-c", $"cd {Folder(bench)} && zip -qr - . | cat"]);

    private static string Tar(Bench bench, string format) =>
        bench.Make("tar", "tar", $"--format={format}", "-C", Folder(bench), "-cf", "OUT", ".");

    private static string Linked(Bench bench, params string[] options)
    {
        var page = bench.Write("png", PngFile.Write(8, LightCoding.Plain));
        var link = bench.Make("png", "ln", [.. options, page, "OUT"]);
        string[] names = [Path.GetFileName(page), Path.GetFileName(link)];
        return bench.Make("tar", "tar", ["-C", Path.GetDirectoryName(page)!, "-cf", "OUT", .. names]);
    }

    private static string Scan(Bench bench) => bench.Write("pdf", Documents.Scan(bench));

    /// <param name="body">Content of each page; <c>{0}</c> is the name of its picture.</param>
    private static string Epub(Bench bench, string metadata, string body, params IReadOnlyList<(string Name, string Text)> others)
    {
        var path = bench.NewPath("epub");
        using var book = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("mimetype", "application/epub+zip"u8.ToArray());
        AddText("META-INF/container.xml", "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>");
        AddText(
            "OPS/book.opf",
            $"<package xmlns='http://www.idpf.org/2007/opf' version='3.0'><metadata>{metadata}</metadata><manifest>"
            + "<item id='a' href='text/a.xhtml' media-type='application/xhtml+xml'/>"
            + "<item id='b' href='text/b.xhtml' media-type='application/xhtml+xml'/>"
            + "</manifest><spine><itemref idref='a'/><itemref idref='b'/></spine></package>");
        foreach (var (name, text) in others)
            AddText(name, text);
        foreach (var page in (string[])["a", "b"])
        {
            var content = string.Format(null, body, $"{page}.png");
            AddText($"OPS/text/{page}.xhtml", $"<html xmlns='http://www.w3.org/1999/xhtml'><body>{content}</body></html>");
            Add($"OPS/{page}.png", PngFile.Write(8, LightCoding.Plain));
        }

        return path;

        void AddText(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

        void Add(string name, byte[] content)
        {
            using var entry = book.CreateEntry(name).Open();
            entry.Write(content);
        }
    }
}
