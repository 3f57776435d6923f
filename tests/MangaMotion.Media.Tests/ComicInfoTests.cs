using System.Security.Cryptography;
using System.Text;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Tests;

/// <summary>ComicInfo.xml in archives, as comic programs write it.</summary>
public sealed class ComicInfoTests : IAsyncDisposable
{
    private static readonly byte[] Page = ChapterTests.Picture(4, 3);
    private readonly MediaRig _rig = new();
    private readonly Workspace _workspace;

    public ComicInfoTests() => _workspace = _rig.Root.Create();

    [Theory]
    [InlineData("<Manga>YesAndRightToLeft</Manga>", true)]
    [InlineData("<Manga>yesandrighttoleft</Manga>", true)]
    [InlineData("<Manga> No </Manga>", false)]
    [InlineData("<Manga>Yes</Manga>", null)]
    [InlineData("<Manga>Unknown</Manga>", null)]
    [InlineData("<Manga>Perhaps</Manga>", null)]
    [InlineData("<Manga/>", null)]
    [InlineData("", null)]
    [InlineData("<manga>No</manga>", false)]
    public async Task The_direction_is_read(string element, bool? rightToLeft) =>
        (await ReadAsync(Encoding.UTF8.GetBytes($"<ComicInfo>{element}</ComicInfo>"))).ShouldBe(new ComicInfo(RightToLeft: rightToLeft));

    [Theory]
    [InlineData("<Title>The rain</Title><Series>Weather</Series>", "The rain")]
    [InlineData("<Series>Weather</Series><Number>12.5</Number>", "Weather 12.5")]
    [InlineData("<Series>Weather</Series><Number/>", "Weather")]
    [InlineData("<Number>3</Number>", null)]
    public async Task The_title_is_that_of_the_chapter_or_its_series(string elements, string? title) =>
        (await ReadAsync(Encoding.UTF8.GetBytes($"<ComicInfo>{elements}</ComicInfo>"))).Title.ShouldBe(title);

    public static TheoryData<string, byte[]> Encodings { get; } = new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes(Document("utf-8")) },
        { "UTF-8 with a mark", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Document("utf-8"))] },
        { "UTF-8 that says UTF-16, as .NET's writers do", Encoding.UTF8.GetBytes(Document("utf-16")) },
        { "UTF-16 with a mark", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Document("utf-16"))] },
        {
            "UTF-16 with a mark, big-endian",
            [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Document("utf-16"))]
        },
        { "UTF-16 without a mark", Encoding.Unicode.GetBytes(Document("utf-16")) },
        { "Shift_JIS", CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes(Document("Shift_JIS")) },
        { "blank lines first", Encoding.UTF8.GetBytes("\r\n  " + Document("utf-8")) },
        {
            "a namespace",
            Encoding.UTF8.GetBytes(
                Document("utf-8").Replace("<ComicInfo>", "<ComicInfo xmlns='http://example.com/comic'>", StringComparison.Ordinal))
        },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Any_encoding_is_read(string what, byte[] xml) =>
        (await ReadAsync(xml)).ShouldBe(new ComicInfo("裏表", "ja-jp", true), what);

    [Theory]
    [InlineData("<ComicInfo><Title>cut")]
    [InlineData("<html><body/></html>")]
    [InlineData("")]
    public async Task A_damaged_description_leaves_a_note_and_the_chapter_is_read(string xml)
    {
        var info = await ReadAsync(Encoding.UTF8.GetBytes(xml));
        info.Note.ShouldNotBeNull().ShouldStartWith("ComicInfo.xml was not used: it is ");
        (info with { Note = null }).ShouldBe(new ComicInfo());
    }

    [Theory]
    [InlineData("<!DOCTYPE ComicInfo><ComicInfo><Title>The rain</Title></ComicInfo>", "The rain")]
    [InlineData("<!DOCTYPE x SYSTEM \"neighbour.xml\"><ComicInfo><Title>The rain</Title></ComicInfo>", "The rain")]
    [InlineData(
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b SYSTEM \"neighbour.xml\">]><ComicInfo><Title>&a;The rain&b;</Title></ComicInfo>",
        "The rain")]
    [InlineData("<ComicInfo><Title>Caf&eacute;&nbsp;&amp;&#x20;bar &lt;1&gt;</Title></ComicInfo>", "Café\u00A0& bar <1>")]
    public async Task A_document_type_is_skipped_and_no_file_that_it_names_is_read(string xml, string title) =>
        (await ReadAsync(Encoding.UTF8.GetBytes(xml))).ShouldBe(new ComicInfo(title));

    [Theory]
    [InlineData("Japanese", "ja")]
    [InlineData("日本語", "ja")]
    [InlineData("jpn", "ja")]
    [InlineData("jp", "ja")]
    [InlineData("ENGLISH", "en")]
    [InlineData("eng-US", "en-us")]
    [InlineData("ja_JP", "ja-jp")]
    [InlineData("French", "french")]
    public async Task A_language_is_recognised_by_its_code_or_name(string language, string tag) =>
        (await ReadAsync(Encoding.UTF8.GetBytes($"<ComicInfo><LanguageISO>{language}</LanguageISO></ComicInfo>"))).ShouldBe(
            new ComicInfo(Language: tag));

    [Fact]
    public async Task A_description_that_cannot_be_unpacked_or_is_too_long_leaves_a_note()
    {
        var xml = Encoding.UTF8.GetBytes($"<ComicInfo><Title>{Convert.ToHexString(SHA256.HashData(Page))}</Title></ComicInfo>");
        RawEntry description = new("ComicInfo.xml", xml) { Method = 8, Packed = RawZip.Deflate(xml) };
        foreach (var (entry, reason) in ((RawEntry, string)[])[
            (description with { Packed = [.. Enumerable.Repeat((byte)0xFF, 20)] }, "it is damaged."),
            (description with { Packed = description.Packed[..20] }, "it is damaged."),
            (description with { Flags = 1 }, "it is encrypted with a password; pack it without one."),
            (new("ComicInfo.xml", new byte[256 * 1024 + 1]), "it has 262,145 bytes, and 262,144 are allowed.")])
        {
            using var chapter = await OpenAsync(RawZip.Write([entry, new("a.png", Page)]));
            chapter.Info.ShouldBe(new ComicInfo(Note: $"ComicInfo.xml was not used: {reason}"));
            chapter.Pages.Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task The_description_in_the_outermost_folder_is_used_in_any_case_of_letters()
    {
        using var chapter = await OpenAsync(RawZip.Write(
        [
            new("book/1/ComicInfo.xml", "<ComicInfo><Title>Inner</Title></ComicInfo>"u8.ToArray()),
            new("book/comicinfo.XML", "<ComicInfo><Title>Outer</Title></ComicInfo>"u8.ToArray()),
            new("__MACOSX/ComicInfo.xml", "x"u8.ToArray()),
            new("book/1/1.png", Page),
        ]));
        chapter.Info.ShouldBe(new ComicInfo("Outer"));
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _rig.DisposeAsync();
    }

    private static string Document(string encoding) =>
        $"<?xml version=\"1.0\" encoding=\"{encoding}\"?>"
        + "<ComicInfo><Title>裏表</Title><LanguageISO>ja_JP</LanguageISO><Manga>YesAndRightToLeft</Manga></ComicInfo>";

    private async Task<ComicInfo> ReadAsync(byte[] xml)
    {
        using var chapter = await OpenAsync(RawZip.Write([new("ComicInfo.xml", xml), new("1.png", Page)]));
        chapter.Pages.Count.ShouldBe(1);
        return chapter.Info;
    }

    private Task<Chapter> OpenAsync(byte[] archive)
    {
        var path = _workspace.NewPath();
        File.WriteAllBytes(path, archive);
        return _rig.Chapters.OpenAsync(_workspace, [new ChapterFile(path, "chapter.cbz")], CancellationToken.None);
    }
}
