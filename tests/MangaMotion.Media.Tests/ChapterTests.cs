using System.IO.Compression;
using MangaMotion.Film.Pages;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Tests;

/// <summary>Ordinary and hostile chapters. Every one ends with pages or with a reason.</summary>
public sealed class ChapterTests : IAsyncDisposable
{
    private static readonly byte[] Page = Picture(40, 30);

    private readonly MediaRig _rig = new(options =>
    {
        options.Limits.Entries = 200;
        options.Limits.EntryBytes = 100_000;
        options.Limits.UnpackedBytes = 5_000_000;
        options.Limits.Pages = 100;
        options.Limits.Pixels = 1_000_000;
    });

    private readonly Workspace _workspace;

    public ChapterTests() => _workspace = _rig.Root.Create();

    [Fact]
    public async Task Entries_that_are_not_pages_are_ignored()
    {
        using var chapter = await OpenAsync(Zip(
            ["b.png", "a.png"],
            ("__MACOSX/._a.png", Page), (".hidden.png", Page), ("x/.git/a.png", Page), ("Thumbs.db", Page),
            ("notes.txt", "Scan by us"u8.ToArray()), ("empty", []), ("zeroes.dat", new byte[3000]),
            ("ComicInfo.xml",
              "<ComicInfo><Title>The rain</Title><Manga>YesAndRightToLeft</Manga><LanguageISO>JA</LanguageISO></ComicInfo>"u8.ToArray())));

        chapter.Pages.Select(page => page.Name).ShouldBe(["a.png", "b.png"]);
        chapter.Info.ShouldBe(new ComicInfo("The rain", "ja", true));
    }

    [Fact]
    public async Task A_page_is_unpacked_under_a_generated_name()
    {
        string[] names =
            ["../../../up/x.png", "..\\..\\up\\x.png", "/up/up.png", "a\nb\u202E.png", new string('x', 5000) + ".png", "-y.png", "%03d.png",
                "concat:x.png"];
        using var chapter = await OpenAsync(Zip(names));

        chapter.Pages.Count.ShouldBe(names.Length);
        foreach (var page in chapter.Pages)
        {
            var file = await chapter.UnpackAsync(page, CancellationToken.None);
            Path.GetDirectoryName(file.Path).ShouldBe(_workspace.Location);
            (await File.ReadAllBytesAsync(file.Path)).ShouldBe(Page);
            page.Name.Length.ShouldBeLessThanOrEqualTo(200);
            page.Name.ShouldNotContain("..");
            page.Name.Any(char.IsControl).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_page_with_a_wrong_checksum_is_named_and_the_others_are_read()
    {
        var zip = Zip(["a.png", "b.png", "c.png"], compression: CompressionLevel.NoCompression);
        zip[IndexOf(zip, Page, 2) + Page.Length - 20] ^= 1;
        using var chapter = await OpenAsync(zip);

        await chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None);
        (await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[1], CancellationToken.None))).OwnerMessage
            .ShouldContain("'b.png' is damaged");
        await chapter.UnpackAsync(chapter.Pages[2], CancellationToken.None);
    }

    [Fact]
    public async Task Invalid_compressed_bytes_are_a_damaged_page()
    {
        var zip = Zip(["a.png", "b.png"]);
        Array.Fill(zip, (byte)0xFF, 30 + "folder/".Length + 30 + "a.png".Length, 20);
        using var chapter = await OpenAsync(zip);

        await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None));
        await chapter.UnpackAsync(chapter.Pages[1], CancellationToken.None);
    }

    [Fact]
    public async Task A_page_whose_compressed_bytes_end_early_is_damaged()
    {
        var page = new byte[20_000];
        new Random(7).NextBytes(page);
        Page.CopyTo(page, 0);
        var zip = Zip([], ("a.png", page));
        BitConverter.TryWriteBytes(zip.AsSpan(Directory(zip) + 20), 12_000);
        using var chapter = await OpenAsync(zip);

        (await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None))).OwnerMessage
            .ShouldContain("'a.png' is damaged");
    }

    [Theory]
    [InlineData(24, 10, "damaged in the archive")] // less than the real size
    [InlineData(24, 90_000, "damaged in the archive")] // more than the real size
    public async Task A_page_with_a_false_size_is_damaged(int field, int size, string reason)
    {
        var zip = Zip(["a.png"]);
        BitConverter.TryWriteBytes(zip.AsSpan(Directory(zip) + field), size);
        using var chapter = await OpenAsync(zip);

        (await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None))).OwnerMessage
            .ShouldContain(reason);
    }

    [Fact]
    public async Task A_bomb_that_states_its_size_is_rejected_before_unpacking() =>
        (await RejectedAsync<MediaLimitException>(Zip(["a.png"], ("bomb.png", new byte[6_000_000])))).OwnerMessage.ShouldMatch(
            "^Unpacked, the archive has 6,000,1.. bytes; 5,000,000 are allowed.$");

    [Fact]
    public async Task A_bomb_that_states_a_small_size_is_stopped_at_that_size()
    {
        var bomb = new byte[6_000_000];
        Page.CopyTo(bomb, 0);
        var zip = Zip([], ("bomb.png", bomb));
        BitConverter.TryWriteBytes(zip.AsSpan(Directory(zip) + 24), 1000);
        using var chapter = await OpenAsync(zip);

        await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None));
        new DirectoryInfo(_workspace.Location).EnumerateFiles().Sum(file => file.Length).ShouldBeLessThan(200_000);
    }

    [Fact]
    public async Task A_page_over_the_size_limit_is_rejected_with_its_name()
    {
        var large = new byte[100_001];
        Page.CopyTo(large, 0);
        (await RejectedAsync<MediaLimitException>(Zip(["a.png"], ("large.png", large)))).OwnerMessage.ShouldBe(
            "Unpacked, the page 'large.png' has 100,001 bytes; 100,000 are allowed.");
    }

    [Fact]
    public async Task Too_many_entries_are_rejected() =>
        (await RejectedAsync<MediaLimitException>(Zip([.. Enumerable.Range(1, 200).Select(i => $"{i}.txt")]))).OwnerMessage.ShouldBe(
            "The archive holds 201 files; 200 are allowed.");

    [Fact]
    public async Task An_archive_of_100000_entries_is_rejected_by_its_count()
    {
        // The end record states so many entries that the archive is rejected without reading the directory.
        var zip = Zip([.. Enumerable.Range(0, 150).Select(i => $"{i}.png")]);
        BitConverter.TryWriteBytes(zip.AsSpan(zip.Length - 12), (ushort)60_000);
        await RejectedAsync<CorruptMediaException>(zip);

        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < 100_000; i++)
                archive.CreateEntry($"{i}");
        }

        (await RejectedAsync<MediaLimitException>(stream.ToArray())).OwnerMessage.ShouldContain("100,000 files");
    }

    [Fact]
    public async Task Too_many_pages_are_rejected() =>
        (await RejectedAsync<MediaLimitException>(Zip([.. Enumerable.Range(0, 101).Select(i => $"{i}.png")]))).OwnerMessage.ShouldBe(
            "The chapter has 101 pages; 100 are allowed.");

    [Fact]
    public async Task An_archive_in_an_archive_is_rejected() =>
        (await RejectedAsync<UnsupportedMediaException>(Zip(["a.png"], ("inner.cbz", Zip(["b.png"]))))).OwnerMessage.ShouldContain(
            "a ZIP file ('inner.cbz')");

    [Fact]
    public async Task Two_files_of_one_name_are_rejected() =>
        (await RejectedAsync<CorruptMediaException>(Zip(["a.png", "a.png"]))).OwnerMessage.ShouldContain("two files with the name 'a.png'");

    [Fact]
    public async Task Overlapping_entries_are_rejected()
    {
        var zip = Zip(["a.png", "b.png"]);
        var second = Directory(zip) + 46 + "a.png".Length;
        zip.AsSpan(Directory(zip) + 42, 4).CopyTo(zip.AsSpan(second + 42));
        await RejectedAsync<CorruptMediaException>(zip);
    }

    [Fact]
    public async Task An_archive_without_a_page_is_rejected() =>
        (await RejectedAsync<CorruptMediaException>(Zip([], ("readme.txt", "Hello"u8.ToArray())))).OwnerMessage.ShouldContain(
            "no page in the chapter");

    [Fact]
    public async Task An_archive_truncated_or_changed_anywhere_ends_with_pages_or_a_reason()
    {
        var whole = Zip(["a.png", "b.png"], ("notes.txt", "x"u8.ToArray()));
        var random = new Random(7);
        for (var i = 0; i < 400; i++)
        {
            var zip = i < 100 ? whole[..(4 + ((whole.Length - 4) * i / 100))] : [.. whole];
            for (var change = 0; i >= 100 && change < 3; change++)
                zip[random.Next(4, zip.Length)] = (byte)random.Next(256);
            try
            {
                using var chapter = await OpenAsync(zip);
                foreach (var page in chapter.Pages)
                    File.Delete((await chapter.UnpackAsync(page, CancellationToken.None)).Path);
            }
            catch (MediaException exception)
            {
                exception.Permanent.ShouldBeTrue();
            }
        }
    }

    [Fact]
    public async Task Images_are_pages_and_a_damaged_image_has_a_reason()
    {
        var files = new List<ChapterFile> { Store("10.png", Page), Store("9.png", "rubbish"u8.ToArray()), Store("1.png", Page) };
        using var chapter = await Reader.OpenAsync(_workspace, files, CancellationToken.None);

        chapter.Pages.Select(page => page.Name).ShouldBe(["1.png", "9.png", "10.png"]);
        (await chapter.UnpackAsync(chapter.Pages[0], CancellationToken.None)).Type.ShouldBe(MediaType.Png);
        (await Should.ThrowAsync<CorruptMediaException>(() => chapter.UnpackAsync(chapter.Pages[1], CancellationToken.None))).OwnerMessage
            .ShouldContain("Page 2 (9.png) is a text file");
    }

    [Fact]
    public async Task An_archive_among_images_is_rejected() =>
        await Should.ThrowAsync<UnsupportedMediaException>(
            () => Reader.OpenAsync(_workspace, [Store("1.png", Page), Store("2.cbz", Zip(["a.png"]))], CancellationToken.None));

    [Fact]
    public async Task A_sound_is_not_a_chapter() =>
        (await RejectedAsync<UnsupportedMediaException>("fLaC and so on"u8.ToArray())).OwnerMessage.ShouldContain(
            "a FLAC file; a chapter is a CBZ");

    [Fact]
    public async Task The_pages_of_a_PDF_are_rendered_one_by_one_in_a_readable_size()
    {
        var pdf = PdfTests.Pdf(3, "0 0 600 800", PdfTests.RedPaper);
        using var chapter = await OpenAsync(pdf);

        chapter.Pages.Count.ShouldBe(3);
        foreach (var page in chapter.Pages)
        {
            var file = await chapter.UnpackAsync(page, CancellationToken.None);
            var grey = await new PageReader(_rig.Tools, Options.Create(new MediaOptions())).ReadGreyAsync(
                _workspace, file.Path, CancellationToken.None);
            Math.Min(grey.Width, grey.Height).ShouldBeInRange(1_590, 1_610);
        }
    }

    [Fact]
    public async Task Pages_of_a_PDF_are_rendered_in_parallel_and_a_strip_keeps_to_the_pixel_limit()
    {
        await using var rig = new MediaRig(options => options.Hosts = 2);
        await using var workspace = rig.Root.Create();
        await File.WriteAllBytesAsync(workspace.Input, PdfTests.Pdf(6, "0 0 14000 10", PdfTests.RedPaper));
        using var chapter = await rig.Chapters.OpenAsync(
            workspace, [new ChapterFile(workspace.Input, "strip.pdf")], CancellationToken.None);

        var files = await Task.WhenAll(chapter.Pages.Select(page => chapter.UnpackAsync(page, CancellationToken.None)));

        files.Length.ShouldBe(6);
        foreach (var file in files)
            (Vips.Header(file.Path, "width"), Vips.Header(file.Path, "height")).ShouldBe(("65000", "46"));
        File.Exists(workspace.Input).ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private ChapterReader Reader => _rig.Chapters;

    private Task<Chapter> OpenAsync(byte[] file) => Reader.OpenAsync(_workspace, [Store("chapter.cbz", file)], CancellationToken.None);

    private async Task<List<string>> NamesAsync(byte[] file)
    {
        using var chapter = await OpenAsync(file);
        return [.. chapter.Pages.Select(page => page.Name)];
    }

    private async Task<TException> RejectedAsync<TException>(byte[] file)
        where TException : MediaException
    {
        var exception = await Should.ThrowAsync<TException>(() => OpenAsync(file));
        exception.Permanent.ShouldBeTrue();
        return exception;
    }

    private ChapterFile Store(string name, byte[] bytes)
    {
        var path = _workspace.NewPath();
        File.WriteAllBytes(path, bytes);
        return new ChapterFile(path, name);
    }

    private static byte[] Zip(string[] pages, params (string Name, byte[] Bytes)[] others) => Zip(pages, CompressionLevel.Optimal, others);

    private static byte[] Zip(string[] pages, CompressionLevel compression, params (string Name, byte[] Bytes)[] others)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("folder/");
            foreach (var (name, bytes) in pages.Select(name => (name, Page)).Concat(others))
            {
                using var entry = archive.CreateEntry(name, compression).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Returns the offset of the directory's first entry of a file, which follows that of the folder.</summary>
    private static int Directory(byte[] zip) => (int)BitConverter.ToUInt32(zip, zip.Length - 6) + 46 + "folder/".Length;

    private static int IndexOf(byte[] bytes, byte[] part, int occurrence)
    {
        var at = -1;
        for (var i = 0; i < occurrence; i++)
            at += 1 + bytes.AsSpan(at + 1).IndexOf(part);
        return at;
    }

    internal static byte[] Picture(int width, int height)
    {
        var rgba = new byte[4 * width * height];
        Array.Fill(rgba, (byte)200);
        return Png.Encode(rgba, width, height);
    }
}
