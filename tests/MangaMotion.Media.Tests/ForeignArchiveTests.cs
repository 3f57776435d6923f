using System.Text;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Tests;

/// <summary>Chapters in RAR, 7z and TAR, which a media host lists and unpacks in its sandbox.</summary>
public sealed class ForeignArchiveTests : IAsyncDisposable
{
    private static readonly (string Name, byte[] Bytes)[] Pages =
        [("book/10.png", Picture(31)), ("book/2.png", Picture(22)), ("book/1.png", Picture(13)), ("book/cover", Picture(44))];

    private static readonly (string Name, byte[] Bytes)[] Others =
    [
        ("book/ComicInfo.xml", "<ComicInfo><Title>The rain</Title><Manga>No</Manga></ComicInfo>"u8.ToArray()),
        ("book/notes.txt", "Scan by us"u8.ToArray()),
        ("__MACOSX/book/._1.png", Picture(5)), ("book/Thumbs.db", Picture(5)), ("book/empty.txt", []),
    ];

    private readonly MediaRig _rig = new(options =>
    {
        options.Hosts = 2;
        options.Limits.Entries = 200;
        options.Limits.EntryBytes = 100_000;
        options.Limits.UnpackedBytes = 5_000_000;
        options.Limits.SolidBytes = 2_000_000;
        options.Limits.Pages = 100;
    });

    private readonly Workspace _workspace;

    public ForeignArchiveTests() => _workspace = _rig.Root.Create();

    /// <summary>Format, and options of the program that writes it.</summary>
    public static TheoryData<string, string> Formats { get; } = new()
    {
        { "rar", "4" },
        { "rar", "5" },
        { "7z", "" },
        { "7z", "-ms=off" },
        { "7z", "-m0=LZMA" },
        { "7z", "-m0=PPMd" },
        { "7z", "-m0=BZip2" },
        { "7z", "-m0=Deflate" },
        { "7z", "-mx=0" },
        { "7z", "-m0=BCJ -m1=LZMA2" },
        { "7z", "-mhc=off" },
        { "tar", "--format=gnu" },
        { "tar", "--format=ustar" },
        { "tar", "--format=posix" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_archive_of_each_format_is_read_in_any_order_of_its_pages(string format, string options)
    {
        var archive = Pack(format, options, [.. Pages, .. Others]);
        using var chapter = await OpenAsync(archive);

        chapter.Pages.Select(page => page.Name).ShouldBe(["book/1.png", "book/2.png", "book/10.png", "book/cover"]);
        chapter.Info.ShouldBe(new ComicInfo("The rain", RightToLeft: false));
        foreach (var page in chapter.Pages.Reverse())
            (await UnpackAsync(chapter, page)).ShouldBe(Bytes(page.Name));
        await Task.WhenAll(chapter.Pages.Select(async page => (await UnpackAsync(chapter, page)).ShouldBe(Bytes(page.Name))));
    }

    [Fact]
    public async Task The_limit_of_solid_archives_holds_for_no_others()
    {
        using var chapter = await OpenAsync(Pack("7z", "-ms=off", [.. Pages, ("large.txt", new byte[3_000_000])]));
        chapter.Pages.Count.ShouldBe(Pages.Length);
    }

    [Fact]
    public async Task The_format_is_found_by_the_bytes_and_not_by_the_name()
    {
        using var zip = await OpenAsync(RawZip.Write([.. Pages.Select(page => new RawEntry(page.Name, page.Bytes))]), "chapter.cbr");
        using var rar = await OpenAsync(RawRar.Version5(Pages), "chapter.cbz");
        foreach (var chapter in (Chapter[])[zip, rar])
            chapter.Pages.Count.ShouldBe(Pages.Length);
    }

    [Theory]
    [InlineData("--format=gnu", 65001)]
    [InlineData("--format=posix", 65001)]
    [InlineData("--format=gnu", 51932)]
    [InlineData("--format=gnu", 932)]
    public async Task Names_of_a_TAR_are_read_in_their_code_page(string format, int codePage)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.UTF8;
        var names = (string[])["ワンピース 第1話/表紙.png", "ワンピース 第1話/裏表紙.png"];
        using var chapter = await OpenAsync(Tar.Write(format, names.Select(name => (encoding.GetBytes(name), Pages[0].Bytes))));
        chapter.Pages.Select(page => page.Name).Order(StringComparer.Ordinal).ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(932)]
    [InlineData(949)]
    [InlineData(437)]
    public async Task Names_of_a_RAR_4_are_read_in_their_code_page(int codePage)
    {
        string[] names = codePage switch
        {
            932 => ["能力者ソラ/十.png", "能力者ソラ/表.png"],
            949 => ["만화 제1화/01.png"],
            _ => ["Épisode 1/Préface.png"],
        };
        using var chapter = await OpenAsync(RawRar.Version4(
            names.Select(name => (name.Replace('/', '\\'), Pages[0].Bytes)),
            encoding: CodePagesEncodingProvider.Instance.GetEncoding(codePage)));
        chapter.Pages.Select(page => page.Name).ShouldBe(names);
    }

    /// <summary>
    /// Tests the file hello.txt of the test archive of unrar-js 0.2.3 (MIT), which RAR 2.9 compressed with its normal method.
    /// </summary>
    [Fact]
    public async Task A_file_compressed_by_RAR_is_unpacked()
    {
        var path = _workspace.NewPath();
        await File.WriteAllBytesAsync(path, Convert.FromBase64String(
            "UmFyIRoHAM+QcwAADQAAAAAAAAARs3QgkDcAMAAAACgAAAADDQ2/m+BlKUgdMxUAtIEAAHRlc3RDb250ZW50XGhlbGxvLnR4dADACQAIvpD/"
            + "2FVk1gSUwoMMIlb7fKvNiHeO1khRFi/KOlZKyhML4Ttsf5/SDUI8jDaAxD17AEAHAA=="));
        using var archive = await HostArchive.OpenAsync(
            _rig.Pool, _workspace, path, MediaType.Rar, _rig.Options.Limits, CancellationToken.None);

        archive.Entries.Select(entry => (entry.Name, entry.Unpacked)).ShouldBe([("testContent/hello.txt", 40)]);
        var content = await archive.ReadAsync(archive.Entries, 100, CancellationToken.None);
        Encoding.ASCII.GetString(content[0]!).ShouldStartWith("hello the world!");
        content[0]!.Length.ShouldBe(40);
    }

    [Theory]
    [InlineData("7z")]
    [InlineData("rar")]
    public async Task Names_in_Unicode_are_kept(string format)
    {
        using var chapter = await OpenAsync(Pack(format, format == "rar" ? "5" : "", [("第1話/表紙é.png", Pages[0].Bytes)]));
        chapter.Pages.Select(page => page.Name).ShouldBe(["第1話/表紙é.png"]);
    }

    public static TheoryData<string, Func<byte[]>, string> Refusals { get; } = new()
    {
        { "7z with a password", () => Pack("7z", "-psecret", Pages), "encrypted with a password; pack it without one." },
        {
            "7z with a password for its list",
            () => Pack("7z", "-psecret -mhe=on", Pages),
            "The 7z is encrypted with a password; pack it without one."
        },
        { "RAR 4 with a password", () => RawRar.Version4(Pages, flags: 4), "encrypted with a password; pack it without one." },
        { "RAR 5 with a password", () => RawRar.Version5(Pages, encrypted: true), "encrypted with a password; pack it without one." },
        { "one part of a RAR", () => RawRar.Version4(Pages[..1], flags: 2), "The archive is one part of several; pack it as one file." },
        {
            "one part of a 7z",
            () => Pack("7z", "-mx=0", Pages)[..3_00],
            "The 7z is damaged or cut short and cannot be unpacked; pack it again."
        },
        {
            "an archive in a RAR",
            () => RawRar.Version5([.. Pages, ("inner.cbz", RawZip.Write([]))]),
            "The archive contains a ZIP file ('inner.cbz')"
        },
        {
            "a RAR in a 7z",
            () => Pack("7z", "", [.. Pages, ("inner.cbr", RawRar.Version5(Pages))]),
            "The archive contains a RAR file ('inner.cbr')"
        },
        { "two files of one name", () => RawRar.Version5([Pages[0], Pages[0]]), "two files with the name 'book/10.png'" },
        { "no page", () => RawRar.Version5(Others), "There is no page in the chapter" },
        {
            "too many files",
            () => RawRar.Version5(Enumerable.Range(1, 201).Select(i => ($"{i}.txt", "x"u8.ToArray()))),
            "The archive holds 201 files; 200 are allowed."
        },
        {
            "too many pages",
            () => RawRar.Version4(Enumerable.Range(1, 101).Select(i => ($"{i}.png", "x"u8.ToArray()))),
            "The chapter has 101 pages; 100 are allowed."
        },
        {
            "a large page",
            () => Pack("7z", "", [.. Pages, ("large.png", new byte[100_001])]),
            "Unpacked, the page 'large.png' has 100,001 bytes; 100,000 are allowed."
        },
        {
            "much in a solid archive", () => Pack("7z", "", [.. Pages, ("large.txt", new byte[3_000_000])]),
            "The 7z is solid: a page can only be unpacked with all pages before it. Unpacked, it has 3,000,"
        },
        { "much in all", () => Pack("7z", "", [.. Pages, ("large.txt", new byte[6_000_000])]), "Unpacked, the archive has 6,000," },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task An_unusable_archive_is_rejected_with_a_reason(string what, Func<byte[]> make, string reason)
    {
        var refusal = await Should.ThrowAsync<MediaException>(() => OpenAsync(make()), what);
        refusal.OwnerMessage.ShouldContain(reason);
        refusal.Permanent.ShouldBeTrue();
    }

    [Theory]
    [InlineData("rar", "4")]
    [InlineData("rar", "5")]
    [InlineData("7z", "-mx=0 -ms=off")]
    public async Task A_page_with_a_wrong_checksum_is_named_and_the_others_are_read(string format, string options)
    {
        var archive = Pack(format, options, Pages);
        archive[archive.AsSpan().IndexOf(Pages[1].Bytes) + 40] ^= 1;
        using var chapter = await OpenAsync(archive);

        await UnpackAsync(chapter, chapter.Pages[0]);
        (await Should.ThrowAsync<CorruptMediaException>(() => UnpackAsync(chapter, chapter.Pages[1]))).OwnerMessage.ShouldContain(
            "'book/2.png' is damaged in the archive");
        await UnpackAsync(chapter, chapter.Pages[2]);
    }

    [Fact]
    public async Task A_page_with_any_name_is_unpacked_under_a_generated_name()
    {
        string[] names = ["../../up.png", "/up/up.png", "a\nb\u202E.png", new string('x', 2_000) + ".png", "-y.png", "%03d.png"];
        using var chapter = await OpenAsync(RawRar.Version5(names.Select(name => (name, Pages[0].Bytes))));

        chapter.Pages.Count.ShouldBe(names.Length);
        foreach (var page in chapter.Pages)
        {
            var file = await chapter.UnpackAsync(page, CancellationToken.None);
            Path.GetDirectoryName(file.Path).ShouldBe(_workspace.Location);
            page.Name.ShouldNotContain("..");
        }
    }

    [Fact]
    public async Task A_link_in_an_archive_is_not_followed()
    {
        var folder = _workspace.NewDirectory();
        var outside = _workspace.NewPath("png");
        await File.WriteAllBytesAsync(outside, Pages[0].Bytes);
        await File.WriteAllBytesAsync(Path.Combine(folder, "1.png"), Pages[0].Bytes);
        File.CreateSymbolicLink(Path.Combine(folder, "2.png"), outside);
        var path = _workspace.NewPath("tar");
        Vips.Run("tar", "-C", folder, "-cf", path, "1.png", "2.png");
        using var chapter = await OpenAsync(await File.ReadAllBytesAsync(path));

        await UnpackAsync(chapter, chapter.Pages[0]);
        (await Should.ThrowAsync<CorruptMediaException>(() => UnpackAsync(chapter, chapter.Pages[1]))).OwnerMessage.ShouldBe(
            "Page 2 (2.png) is an empty file, not an image.");
    }

    [Theory]
    [InlineData("rar", "4")]
    [InlineData("rar", "5")]
    [InlineData("7z", "")]
    [InlineData("tar", "--format=gnu")]
    public async Task An_archive_truncated_or_changed_anywhere_ends_with_pages_or_a_reason(string format, string options)
    {
        var whole = Pack(format, options, Pages);
        var random = new Random(7);
        for (var i = 0; i < 12; i++)
        {
            var archive = i < 4 ? whole[..(whole.Length * (i + 1) / 5)] : [.. whole];
            for (var change = 0; i >= 4 && change < 3; change++)
                archive[random.Next(8, archive.Length)] = (byte)random.Next(256);
            try
            {
                using var chapter = await OpenAsync(archive);
                foreach (var page in chapter.Pages)
                    File.Delete((await chapter.UnpackAsync(page, CancellationToken.None)).Path);
            }
            catch (MediaException exception)
            {
                exception.Permanent.ShouldBeTrue(exception.ToString());
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private static byte[] Picture(int width) => ChapterTests.Picture(width, 30);

    private static byte[] Bytes(string name) => Pages.Single(page => page.Name == name).Bytes;

    private static byte[] Pack(string format, string options, params (string Name, byte[] Bytes)[] files) => format switch
    {
        "rar" => options == "4" ? RawRar.Version4(files) : RawRar.Version5(files),
        "tar" => Tar.Write(options, files.Select(file => (Encoding.UTF8.GetBytes(file.Name), file.Bytes))),
        _ => SevenZip.Write(options, files),
    };

    private static async Task<byte[]> UnpackAsync(Chapter chapter, ChapterPage page) =>
        await File.ReadAllBytesAsync((await chapter.UnpackAsync(page, CancellationToken.None)).Path);

    private Task<Chapter> OpenAsync(byte[] archive, string name = "chapter.cbr")
    {
        var path = _workspace.NewPath();
        File.WriteAllBytes(path, archive);
        return _rig.Chapters.OpenAsync(_workspace, [new ChapterFile(path, name)], CancellationToken.None);
    }
}
