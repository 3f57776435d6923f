using System.Text;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Tests;

/// <summary>Names of pages in archives: their encoding, their folders and their order.</summary>
public sealed class ChapterNameTests : IAsyncDisposable
{
    private const byte Dos = 0;
    private const byte Unix = 3;
    private const byte MacOs = 19;
    private static readonly byte[] Page = ChapterTests.Picture(4, 3);
    private readonly MediaRig _rig = new();
    private readonly Workspace _workspace;

    public ChapterNameTests() => _workspace = _rig.Root.Create();

    /// <summary>Code page and names. Each multi-byte set has a name with a second byte 5C. ISO-2022-JP also has one with 2F.</summary>
    public static TheoryData<int, byte, string[]> Legacy { get; } = new()
    {
        { 932, Dos, ["01.png", "02.png", "表.png", "裏表.png"] },
        { 932, Dos, ["予告.png"] },
        { 932, Dos, ["能力者ソラ/十.png", "能力者ソラ/暴.png"] },
        { 932, Dos, ["ワンピース 第1話/表紙.jpg", "ワンピース 第1話/001.jpg", "ワンピース 第2話/001.jpg"] },
        { 936, Dos, ["第1话/01.png", "第1话/02.png", "第2话/01.png"] },
        { 936, Dos, ["命運/封面.png", "命運/正文.png"] },
        { 936, Dos, ["海贼王 第１０卷/001.jpg"] },
        { 950, Dos, ["功夫/封面.png", "功夫/第1話.png"] },
        { 950, Dos, ["許願 第01回/01.png", "許願 第01回/02.png"] },
        { 949, Dos, ["만화 제1화/01.png", "만화 제1화/02.png", "만화 제2화/01.png"] },
        { 949, Dos, ["표지.png"] },
        { 1361, Dos, ["만화 제1화/표지.png", "만화 제1화/사랑.png"] },
        { 51932, Unix, ["ワンピース 第1話/表紙.jpg", "ワンピース 第1話/裏.jpg"] },
        { 51932, Dos, ["ワンピース 第1話/表紙.jpg", "ワンピース 第1話/裏.jpg"] },
        { 51932, Dos, ["第1話/表紙.jpg", "第2話/表紙.jpg"] },
        { 51932, Dos, ["予告.png", "表紙.png"] },
        { 50220, Unix, ["裏/表紙.jpg", "裏/ソース.jpg", "予/ジャンプ.png"] },
        { 65001, Dos, ["表.png", "裏表.png"] },
        { 65001, MacOs, ["第1話/01.png", "封面/02.png"] },
        { 437, Dos, ["Épisode 1/Préface.png", "Épisode 1/für Elise.png"] },
        { 1252, Dos, ["Le château/Préface.png", "Le château/für Elise.png"] },
        { 866, Dos, ["Глава 1/Обложка.png", "Глава 1/страница 2.png"] },
        { 1251, Dos, ["Глава 1/Обложка.png", "Глава 1/страница 2.png"] },
    };

    [Theory]
    [MemberData(nameof(Legacy))]
    public async Task Names_in_a_legacy_code_page_are_decoded_before_they_are_split(int codePage, byte host, string[] names)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
        using var chapter = await OpenAsync(
            RawZip.Write([.. names.Select(name => new RawEntry(encoding.GetBytes(name), Page) { Host = host })]));

        chapter.Pages.Select(page => page.Name).Order(StringComparer.Ordinal).ShouldBe(names.Order(StringComparer.Ordinal));
        foreach (var page in chapter.Pages)
            (await File.ReadAllBytesAsync((await chapter.UnpackAsync(page, CancellationToken.None)).Path)).ShouldBe(Page);
    }

    [Fact]
    public async Task An_ASCII_name_does_not_hide_the_code_page_of_the_others()
    {
        var sjis = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
        var names = await NamesAsync(
            RawZip.Write([.. Enumerable.Range(1, 90).Select(i => new RawEntry($"{i}.png", Page)), new(sjis.GetBytes("表.png"), Page)]));
        names.Count.ShouldBe(91);
        names[^1].ShouldBe("表.png");
    }

    [Fact]
    public async Task A_Unicode_path_is_used_if_its_checksum_matches_the_name()
    {
        var name = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes("表.png");
        (await NamesAsync(RawZip.Write([new(name, Page) { Extra = RawZip.UnicodePath(name, "表紙/β.png") }]))).ShouldBe(["表紙/β.png"]);
        (await NamesAsync(RawZip.Write([new(name, Page) { Extra = RawZip.UnicodePath("other.png"u8.ToArray(), "β.png") }]))).ShouldBe(
            ["表.png"]);
    }

    [Fact]
    public async Task A_false_UTF_8_flag_does_not_corrupt_the_name()
    {
        var name = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes("裏表.png");
        (await NamesAsync(RawZip.Write([new(name, Page) { Flags = 1 << 11 }]))).ShouldBe(["裏表.png"]);
    }

    [Fact]
    public async Task A_backslash_ends_a_folder_in_archives_of_Windows_and_is_a_letter_in_others()
    {
        (await NamesAsync(RawZip.Write([new(@"a 1\2.png", Page), new(@"a\10.png", Page), new(@"a\9.png", Page)]))).ShouldBe(
            ["a/9.png", "a/10.png", "a 1/2.png"]);
        (await NamesAsync(RawZip.Write([new(@"a\9.png", Page) { Host = Unix }, new(@"a 1\2.png", Page) { Host = Unix }]))).ShouldBe(
            ["a 1/2.png", "a/9.png"]);
    }

    /// <summary>Names in the expected order.</summary>
    public static TheoryData<string> Orders { get; } =
    [
        "Hero7.JPG|Hero7-01.jpg|Hero7-02.jpg",
        "12.png|12.5.png|13.png",
        "001.png|001 (2).png|002.png",
        "01.png|01+02.png|03.png",
        "第１話.png|第２話.png|第１０話.png",
        "1.png|２.png|3.png|１０.png",
        "٩.png|١٠.png",
        "v01c02p003.png|v01c02p010.png|v01c10p001.png|v2c1p1.png",
        "1/1.png|1/2.png|2/1.png|10/1.png",
        "01/2.png|1/1.png",
        "1.png|02.png|003.png|10.png",
        "Page 1.png|page 1a.png|PAGE 1b.png|page 2.png",
        "-1.png|-2.png|-10.png",
        "p-1.png|p-2.png|p-10.png",
        "99999999999999999999.png|100000000000000000000.png",
        "page.png|page.2.png|page.10.png",
        "1.jpg|1a.jpg|1b.png",
        "chapter 1/9.png|chapter 1.5/1.png|chapter 2/1.png",
        "第一話.png|第二話.png|第九話.png|第十話.png|第十一話.png|第二十話.png|第百話.png|第百一話.png|第千二百話.png|第一万話.png",
        "第壱巻.png|第弐巻.png|第参巻.png|第四巻.png|第拾巻.png",
        "第一〇話.png|第一一話.png|第二〇話.png|第一〇〇話.png",
        "第1話.png|第二話.png|第３話.png|第十話.png|第11話.png",
        "上.png|中.png|下.png",
        "物語 上巻/1.png|物語 中巻/1.png|物語 下巻/1.png",
        "前編/1.png|中編/1.png|後編/1.png",
        "第一話 前編.png|第一話 後編.png|第二話 前編.png|第十話.png",
        "b.png|b 1.png|c/02 a.png|c/2 b.png|c/9.png|c/10.png|C2/1.png",
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Pages_are_in_natural_order(string order)
    {
        var names = order.Split('|');
        (await NamesAsync(RawZip.Write([.. names.Reverse().Select(name => new RawEntry(name, Page))]))).ShouldBe(names);

        var files = names.Reverse().Select((name, i) =>
        {
            File.WriteAllBytes(Path.Combine(_workspace.Location, $"loose{i}"), Page);
            return new ChapterFile(Path.Combine(_workspace.Location, $"loose{i}"), name);
        });
        using var loose = await Reader.OpenAsync(_workspace, [.. files], CancellationToken.None);
        loose.Pages.Select(page => page.Name).ShouldBe(names);
    }

    [Fact]
    public void The_order_of_names_is_total_and_consistent()
    {
        string[] pieces =
            ["a", "A", "é", "e\u0301", "１", "1", "01", "0", "٩", "𝟙", "9", "10", "-", ".", " ", "/", "_", "(", "png", ".jpg", ".JPG",
                "\uD800", "ß", "İ", "話", "十", "二", "〇", "上", "中", "下"];
        var random = new Random(7);
        var names = Enumerable.Range(0, 120)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => pieces[random.Next(pieces.Length)]))).Distinct()
            .ToArray();
        var sorted = names.Order(PageNames.ReadingOrder).ToArray();

        // The relation is transitive and no two names are equal, if every pair is in the order of its places.
        for (var i = 0; i < sorted.Length; i++)
        {
            for (var j = 0; j < sorted.Length; j++)
                Math.Sign(PageNames.ReadingOrder.Compare(sorted[i], sorted[j])).ShouldBe(
                    Math.Sign(i - j), $"'{sorted[i]}' and '{sorted[j]}'");
        }

        random.Shuffle(names);
        names.Order(PageNames.ReadingOrder).ShouldBe(sorted);
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private ChapterReader Reader => _rig.Chapters;

    private Task<Chapter> OpenAsync(byte[] archive)
    {
        var path = _workspace.NewPath();
        File.WriteAllBytes(path, archive);
        return Reader.OpenAsync(_workspace, [new ChapterFile(path, "chapter.cbz")], CancellationToken.None);
    }

    private async Task<List<string>> NamesAsync(byte[] archive)
    {
        using var chapter = await OpenAsync(archive);
        return [.. chapter.Pages.Select(page => page.Name)];
    }
}
