using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using MangaMotion.Cli.Demo.Chapter;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film;
using MangaMotion.Jobs;
using MangaMotion.Media;
using MangaMotion.Media.Workspaces;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.Videos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.VideoPipeline.Tests.ScriptGen;

/// <summary>Script stage with the registrations of the service and a store on disk, on the bundled chapter.</summary>
public sealed class ScriptGeneratorTests : IAsyncDisposable
{
    /// <summary>All lettering of the chapter.</summary>
    private const string Lettered = """
        EVERY NIGHT, MIRA LIGHTS THE LAMP. THE SEA IS ANGRY TONIGHT. FAR OUT, A SMALL BOAT IS COMING HOME. KRAK!
        THEN THE STORM STRIKES THE TOWER.
        OH NO! THE LAMP IS OUT! UP THE STAIRS, QUICK! THE LAMP IS BROKEN. MEW? FATHER! HE CANNOT SEE THE ROCKS!
        THINK, MIRA. WHAT ELSE CAN SHINE? THE OLD MIRROR! GOOD CAT! AND THEN THE CLOUDS OPEN. HOLD STILL... ALMOST THERE... SHINE!
        A LIGHT! TURN THE BOAT! SPLASH! YOU SAVED ME, LITTLE KEEPER. IT WAS THE CAT'S IDEA. AND SO THE MOON BECAME THE LAST LAMP.
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mm-script-").FullName;
    private readonly ServiceProvider _services;
    private readonly Workspace _workspace;

    public ScriptGeneratorTests()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Media:ScratchDirectory", Path.Combine(_folder, "scratch")), new("Storage:Kind", "disk"),
            new("Storage:Disk:Root", Path.Combine(_folder, "store")),
        ]).Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddMedia()
            .AddFilm()
            .AddObjectStore(configuration)
            .AddScriptGen(configuration)
            .BuildServiceProvider();
        _workspace = _services.GetRequiredService<WorkspaceRoot>().Create();
    }

    [Fact]
    public async Task The_bundled_chapter_becomes_a_script_with_its_panels_and_its_lines()
    {
        var steps = new Steps();
        var written = await WriteAsync(Chapter(), new VideoOptions { Direction = "ltr" }, steps);

        var script = written.Script;
        ScriptRules.Check(script).ShouldBeEmpty();
        script.Title.ShouldBe("chapter");
        script.Pages.Count.ShouldBe(4);
        script.Shots.Count.ShouldBeInRange(16, 20);
        script.Shots.Select(shot => shot.Page).ShouldBeInOrder();
        // Slanted panels end within their frame lines. Their neighbours and the gutter are outside.
        foreach (var (page, truth) in SampleChapter.Panels.Where(
            panel => panel.Outline.A.Y != panel.Outline.B.Y || panel.Outline.C.Y != panel.Outline.D.Y
                || panel.Outline.A.X != panel.Outline.D.X || panel.Outline.B.X != panel.Outline.C.X))
        {
            var shape = truth.Shape;
            var shot = script.Shots.Where(shot => shot.Page == page).MinBy(
                shot => Math.Abs(shot.Panel.X - shape.Left) + Math.Abs(shot.Panel.Y - shape.Top) + Math.Abs(
                    shot.Panel.X + shot.Panel.Width - shape.Right))!;
            shot.Outline.ShouldNotBeNull($"{shot.Id}: {shot.Panel} of {truth}");
            foreach (var corner in ((double X, double Y)[])[truth.A, truth.B, truth.C, truth.D])
                shot.Outline!.Min(found => Math.Max(Math.Abs(found.X - corner.X), Math.Abs(found.Y - corner.Y))).ShouldBeLessThan(
                    6, $"{shot.Id}: {string.Join(' ', shot.Outline!)} of {truth}");
        }

        var lines = string.Join('\n', script.Shots.Select(shot => shot.Line));
        foreach (var line in (string[])["A light! Turn the boat!", "The lamp is broken.", "Mew?"])
            lines.ShouldContain(line);
        var (read, lettered) = (Words(lines), Words(Lettered));
        var both = lettered.Sum(word => Math.Min(word.Value, read.GetValueOrDefault(word.Key)));
        ((double)both / lettered.Values.Sum()).ShouldBeGreaterThanOrEqualTo(0.9, lines);
        ((double)both / read.Values.Sum()).ShouldBeGreaterThanOrEqualTo(0.9, lines);

        foreach (var size in (FrameSize[])[FrameSize.Landscape, FrameSize.Portrait, FrameSize.Square])
            ShowsEachBubbleWhole(script with { Width = size.Width, Height = size.Height });

        steps.Seen.ShouldBeInOrder();
        steps.Seen[^1].ShouldBe(1);
        written.Pages.Select(page => page.Number).ShouldBe([1, 2, 3, 4]);
        var stored = (await _services.GetRequiredService<IObjectStore>().HeadAsync(written.Pages[0].Key, CancellationToken.None))
            .ShouldNotBeNull();
        (stored.ContentType, stored.Sha256).ShouldBe(("image/png", written.Pages[0].Sha256));
        var panels = written.Pages
            .SelectMany(page => page.Panels.Select(panel => (page.Number, panel.X, panel.Y, panel.Width, panel.Height))).ToArray();
        panels.ShouldBe(script.Shots.Select(shot => (shot.Page, shot.Panel.X, shot.Panel.Y, shot.Panel.Width, shot.Panel.Height)));
        var thumbnail =
            (await _services.GetRequiredService<IObjectStore>().HeadAsync(written.Pages[0].Panels[0].Key, CancellationToken.None))
                .ShouldNotBeNull();
        thumbnail.ContentType.ShouldBe("image/jpeg");
        // No page stays on the disk, so a chapter may be larger than the disk. Tools leave an empty file at the place of their input.
        Directory.EnumerateFiles(_workspace.Location, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "input")
            .ShouldHaveSingleItem();
    }

    /// <summary>Checks that the frame contains each bubble while it is spoken, at a third of a second for each word.</summary>
    private static void ShowsEachBubbleWhole(VideoScript script)
    {
        var words = script.Shots.Where(shot => shot.Line is not null).ToDictionary(
            shot => shot.Id,
            IReadOnlyList<SpeechWord> (shot) =>
                [.. shot.Line!.Split(' ').Select((word, i) => new SpeechWord(word, i / 3.0, (i + 1) / 3.0))]);
        var timeline = Timeline.Create(script, words.ToDictionary(line => line.Key, line => line.Value[^1].End));
        foreach (var segment in timeline.Segments.Where(segment => segment.NextShot is null))
        {
            var spec = SegmentSpec.Create(script, timeline, segment, words);
            var (path, panel) = (ShotStage.PlanPath(spec, spec.Views[0]), spec.Views[0].Shot.Panel);
            foreach (var (box, read) in spec.Views[0].Shot.Lettering!.Zip(spec.Views[0].Reads))
            {
                for (var frame = read.From; frame <= read.Until; frame++)
                {
                    var window = path.GetWindow((double)frame / script.Fps);
                    var isWhole = Math.Max(box.X, panel.X) >= window.X - 0.1 && Math.Max(box.Y, panel.Y) >= window.Y - 0.1
                        && Math.Min(box.X + box.Width, panel.X + panel.Width) <= window.X + window.Width + 0.1
                        && Math.Min(box.Y + box.Height, panel.Y + panel.Height) <= window.Y + window.Height + 0.1;
                    isWhole.ShouldBeTrue($"{script.Width} × {script.Height}, {spec.Views[0].Shot.Id}, frame {frame}: {window} cuts {box}");
                }
            }
        }
    }

    [Fact]
    public async Task An_unreadable_page_is_skipped_with_a_reason()
    {
        var written = await WriteAsync(Damaged(), new VideoOptions { Direction = "ltr", Title = "The lamp" });

        written.Script.Title.ShouldBe("The lamp");
        var page = written.Script.Pages[1];
        (page.Width, page.Height).ShouldBe((0, 0));
        page.Reason.ShouldNotBeNull().ShouldContain("PNG");
        written.Script.Shots.Select(shot => shot.Page).Distinct().ShouldBe([1]);
        written.Pages.ShouldHaveSingleItem().Number.ShouldBe(1);
        ScriptRules.Check(written.Script).ShouldBeEmpty();
    }

    /// <summary>Tests a file of a few bytes whose header states 108 megapixels. The reader rejects it by the header.</summary>
    [Fact]
    public async Task A_page_over_the_pixel_limit_is_skipped_with_a_reason_or_fails_the_video()
    {
        var file = Chapter();
        await using (var archive = await ZipFile.OpenAsync(file, ZipArchiveMode.Update))
        {
            foreach (var entry in archive.Entries.Skip(1).ToList())
                entry.Delete();
            var page = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==");
            BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(6), 12_000);
            BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(8), 9_000);
            await using var large = await archive.CreateEntry("page-02.gif").OpenAsync();
            await large.WriteAsync(page);
        }

        var written = await WriteAsync(file, new VideoOptions { Direction = "ltr" });

        written.Script.Pages[1].Reason.ShouldNotBeNull().ShouldContain("100,000,000 pixels");
        written.Script.Shots.Select(shot => shot.Page).Distinct().ShouldBe([1]);
        var failure = await Should.ThrowAsync<PermanentJobException>(() => WriteAsync(file, new VideoOptions { UnreadablePages = "fail" }));
        failure.Message.ShouldStartWith("Page 2 (page-02.gif) cannot be read:");
        failure.Message.ShouldContain("100,000,000 pixels");
    }

    [Fact]
    public async Task An_unreadable_page_fails_the_video_if_the_owner_chose_that() =>
        (await Should.ThrowAsync<PermanentJobException>(() => WriteAsync(Damaged(), new VideoOptions { UnreadablePages = "fail" }))).Message
            .ShouldStartWith("Page 2 (page-02.png) cannot be read:");

    [Fact]
    public async Task A_chapter_of_blank_pages_fails_with_a_reason()
    {
        var file = Path.Combine(_folder, "chapter.cbz");
        await using (var archive = await ZipFile.OpenAsync(file, ZipArchiveMode.Create))
        {
            await using var entry = await archive.CreateEntry("1.gif").OpenAsync();
            // One white pixel.
            await entry.WriteAsync(Convert.FromBase64String("R0lGODlhAQABAIAAAP///////yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="));
        }

        (await Should.ThrowAsync<PermanentJobException>(() => WriteAsync(file, new VideoOptions()))).Message.ShouldBe(
            "No page of the chapter can be shown. Page 1 (1.gif): The page is blank.");
    }

    /// <summary>Tests pages with two panels side by side, whose order of shots shows the direction.</summary>
    [Theory]
    [InlineData("No", "en", null, null, "ltr comicinfo en comicinfo")]
    [InlineData("YesAndRightToLeft", "ja", null, null, "rtl comicinfo ja comicinfo")]
    [InlineData("No", "ja", "rtl", "en", "rtl request en request")]
    [InlineData("Yes", "", null, null, "rtl default en default")]
    [InlineData("Unknown", "en-US", "ltr", null, "ltr request en comicinfo")]
    [InlineData(null, null, null, null, "rtl default en default")]
    public async Task Direction_and_language_are_those_of_the_request_then_of_ComicInfo_then_the_default(
        string? manga, string? language, string? requestedDirection, string? requestedLanguage, string expected)
    {
        var written = await WriteAsync(
            Pages(
                manga is null
                    ? null
                    : $"<ComicInfo><LanguageISO>{language}</LanguageISO><Manga>{manga}</Manga></ComicInfo>", ("1.png", TwoPanels())),
            new VideoOptions { Direction = requestedDirection, Language = requestedLanguage });

        var script = JsonNode.Parse(ScriptJson.Write(written.Script))!;
        $"{script["direction"]} {script["direction_from"]} {script["language"]} {script["language_from"]}".ShouldBe(expected);
        written.Script.Shots.Select(shot => shot.Panel.X > 150).ShouldBe(
            expected.StartsWith("rtl", StringComparison.Ordinal) ? [true, false] : [false, true]);
        written.Script.Notes.ShouldBeNull();
    }

    [Fact]
    public async Task Title_cards_are_written_from_ComicInfo_and_the_request_and_their_characters_are_checked_before_filming()
    {
        var file = Pages(
            "<ComicInfo><Title>Storm</Title><Series>Lamps</Series><Number>3</Number><Writer>Ann</Writer><Penciller>Ben</Penciller>"
            + "<Web>https://example.com/3</Web><Manga>No</Manga><LanguageISO>en</LanguageISO></ComicInfo>",
            ("1.png", TwoPanels()));

        var script = (await WriteAsync(file, new VideoOptions { Titles = true, Music = true })).Script;

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Shots[0].Card.ShouldBe(["Storm", "Lamps 3", "by Ann, Ben"]);
        script.Shots[^1].Card.ShouldBe(
            ["Storm", "by Ann, Ben", "Source: https://example.com/3", "Music: generated by MangaMotion for this video"]);
        script.Notes.ShouldBeNull();

        // No font has U+0378, which Unicode does not assign.
        var options = new VideoOptions { Titles = true, Title = "A\u0378", Author = "Cy", Source = "Here" };
        var requested = (await WriteAsync(file, options)).Script;
        requested.Shots[0].Card.ShouldBe(["A\u0378", "by Cy"]);
        requested.Shots[^1].Card.ShouldBe(["A\u0378", "by Cy", "Source: Here"]);
        requested.Notes.ShouldHaveSingleItem().ShouldContain("\u0378");
    }

    [Theory]
    [InlineData("ja-JP", "ja", ValueSource.Epub, null)]
    [InlineData(
        "fr", "en", ValueSource.Default, "The EPUB says that the language is 'fr', which is not read here; the chapter was read as 'en'.")]
    public async Task Direction_and_language_of_an_EPUB_are_those_of_its_package(
        string stated, string language, ValueSource from, string? note)
    {
        var script = (await WriteAsync(Epub(stated, TwoPanels()), new VideoOptions())).Script;

        (script.DirectionFrom, script.Language, script.LanguageFrom).ShouldBe((ValueSource.Epub, language, from));
        script.Title.ShouldBe("The lamp");
        script.Shots.Select(shot => shot.Panel.X > 150).ShouldBe([false, true]);
        script.Notes.ShouldBe(note is null ? null : [note]);
    }

    [Theory]
    [InlineData("いらっしゃいませ/こんにちは/ありがとう", "ja", "rtl", ValueSource.Pages)]
    [InlineData("HELLO THERE.\nCOME INTO MY SHOP.\nWE HAVE APPLES TODAY.", "en", "rtl", ValueSource.Default)]
    public async Task A_chapter_sent_without_options_is_read_in_the_language_of_its_lettering(
        string lettering, string language, string direction, ValueSource directionFrom)
    {
        var script = (await WriteAsync(Pages(null, ("1.png", await LetterAsync(lettering))), new VideoOptions())).Script;

        (script.Language, script.LanguageFrom, script.DirectionFrom).ShouldBe((language, ValueSource.Pages, directionFrom));
        script.LanguageConfidence.ShouldNotBeNull().ShouldBeInRange(0.3, 1);
        JsonNode.Parse(ScriptJson.Write(script))!["direction"]!.ToString().ShouldBe(direction);
        script.Shots.ShouldContain(shot => shot.Line != null);
    }

    [Theory]
    [InlineData(
        "<ComicInfo><LanguageISO>fr</LanguageISO></ComicInfo>",
        "ComicInfo.xml says that the language is 'fr', which is not read here; the chapter was read as 'en'.")]
    [InlineData("<ComicInfo>", "ComicInfo.xml was not used: it is damaged.")]
    public async Task Unused_values_of_ComicInfo_leave_a_note(string comicInfo, string note) =>
        (await WriteAsync(Pages(comicInfo, ("1.png", TwoPanels())), new VideoOptions())).Script.Notes.ShouldBe([note]);

    [Fact]
    public async Task Invalid_pages_keep_their_numbers_and_fail_the_video_only_if_no_page_is_valid()
    {
        var html = "<html>404 Not Found</html>"u8.ToArray();
        var script =
            (await WriteAsync(Pages(null, ("001.png", TwoPanels()), ("002.jpg", html), ("003.png", TwoPanels())),
                new VideoOptions())).Script;

        script.Pages.Select(page => (page.Number, page.Name, page.Reason)).ShouldBe(
            [(1, "001.png", null), (2, "002.jpg", "Page 2 (002.jpg) is an HTML page, not an image."), (3, "003.png", null)]);
        script.Shots.Select(shot => shot.Page).ShouldBe([1, 1, 3, 3]);
        (await Should.ThrowAsync<PermanentJobException>(
            () => WriteAsync(Pages(null, ("001.jpg", html), ("002.jpg", [])), new VideoOptions())))
            .Message.ShouldBe(
                "No page of the chapter can be shown. Page 1 (001.jpg) is an HTML page, not an image. Page 2 (002.jpg) is an empty "
                    + "file, not an image.");
        (await Should.ThrowAsync<PermanentJobException>(
            () => WriteAsync(Pages(null, [.. Enumerable.Range(1, 7).Select(i => ($"{i}.jpg", html))]), new VideoOptions())))
            .Message.ShouldEndWith("Page 5 (5.jpg) is an HTML page, not an image. The same holds for 2 more.");
        (await Should.ThrowAsync<PermanentJobException>(
            () => WriteAsync(Pages(null, ("1.png", TwoPanels()), ("2.jpg", html)), new VideoOptions { UnreadablePages = "fail" })))
            .Message.ShouldBe("Page 2 (2.jpg) is an HTML page, not an image.");
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<WrittenScript> WriteAsync(string file, VideoOptions options, IProgress<double>? progress = null)
    {
        var input = _workspace.NewPath();
        File.Copy(file, input);
        return _services.GetRequiredService<IScriptGenerator>().WriteAsync(
            new Chapter(Guid.NewGuid(), [new LocalChapterFile(input, "My/chapter.cbz")], options), _workspace, progress ?? new Steps(),
            CancellationToken.None);
    }

    private static Dictionary<string, int> Words(string text) =>
        text.ToUpperInvariant().Split([' ', '\n', '.', ',', '!', '?'], StringSplitOptions.RemoveEmptyEntries).CountBy(word => word)
            .ToDictionary();

    /// <summary>Creates an EPUB of one page that is read from left to right.</summary>
    private string Epub(string language, byte[] page)
    {
        var path = Path.Combine(_folder, "book.epub");
        using var book = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("META-INF/container.xml", "<container><rootfiles><rootfile full-path='book.opf'/></rootfiles></container>"u8.ToArray());
        Add("book.opf", Encoding.UTF8.GetBytes(
            "<package xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata><meta property='rendition:layout'>pre-paginated</meta>"
            + $"<dc:title>The lamp</dc:title><dc:language>{language}</dc:language></metadata>"
            + "<manifest><item id='a' href='a.xhtml'/></manifest>"
            + "<spine page-progression-direction='ltr'><itemref idref='a'/></spine></package>"));
        Add("a.xhtml", "<html><body><img src='a.png'/></body></html>"u8.ToArray());
        Add("a.png", page);
        return path;

        void Add(string name, byte[] content)
        {
            using var entry = book.CreateEntry(name).Open();
            entry.Write(content);
        }
    }

    private string Chapter()
    {
        var file = Path.Combine(_folder, "chapter.cbz");
        SampleChapter.DrawCbz(file);
        return file;
    }

    private string Pages(string? comicInfo, params (string Name, byte[] Bytes)[] pages)
    {
        var file = Path.Combine(_folder, "pages.cbz");
        File.Delete(file);
        using var archive = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var (name, bytes) in comicInfo is null ? pages : [.. pages, ("ComicInfo.xml", Encoding.UTF8.GetBytes(comicInfo))])
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(bytes);
        }

        return file;
    }

    /// <summary>Draws a framed page with lines of text, or with columns that are separated by slashes, from the right.</summary>
    private async Task<byte[]> LetterAsync(string lettering)
    {
        const string Font = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc";
        var file = Path.Combine(_folder, "lettered.png");
        var columns = lettering.Split('/');
        List<string> arguments =
            ["-size", "800x1100", "xc:white", "-fill", "none", "-stroke", "black", "-strokewidth", "4", "-draw",
                "rectangle 40,40 760,1060"];
        arguments.AddRange(["-stroke", "none", "-fill", "black", "-font", Font, "-pointsize", "34"]);
        foreach (var (i, column) in columns.Index())
        {
            var text = columns.Length == 1 ? column : string.Join('\n', column.AsEnumerable());
            arguments.AddRange(["-annotate", $"+{(columns.Length == 1 ? 150 : 600 - (150 * i))}+200", text]);
        }

        using var process = System.Diagnostics.Process.Start("convert", [.. arguments, file]);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
        return await File.ReadAllBytesAsync(file);
    }

    /// <summary>Creates a PNG of 300 × 200 pixels with two framed panels side by side.</summary>
    private static byte[] TwoPanels()
    {
        const int Width = 300, Height = 200;
        var rgba = new byte[4 * Width * Height];
        Array.Fill(rgba, (byte)255);
        foreach (var left in (int[])[10, 155])
        {
            for (var y = 10; y < Height - 10; y++)
            {
                for (var x = left; x < left + 135; x++)
                {
                    var frame = x < left + 3 || x >= left + 132 || y < 13 || y >= Height - 13;
                    rgba.AsSpan(4 * ((y * Width) + x), 3).Fill((byte)(frame ? 0 : 190));
                }
            }
        }

        return Png.Encode(rgba, Width, Height);
    }

    /// <summary>Creates a chapter of two pages, of which the second was truncated before packing.</summary>
    private string Damaged()
    {
        var file = Chapter();
        using var archive = ZipFile.Open(file, ZipArchiveMode.Update);
        foreach (var entry in archive.Entries.Skip(1).ToList())
            entry.Delete();
        using var first = new MemoryStream();
        using (var page = archive.Entries[0].Open())
            page.CopyTo(first);
        using var second = archive.CreateEntry("page-02.png").Open();
        second.Write(first.ToArray().AsSpan(0, 2_000));
        return file;
    }

    private sealed class Steps : IProgress<double>
    {
        private readonly Lock _lock = new();

        public List<double> Seen { get; } = [];

        public void Report(double value)
        {
            lock (_lock)
                Seen.Add(value);
        }
    }
}
