using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MangaMotion.Browser;

/// <summary>Each page: accessibility, budgets, widths, and the pictures for the documents.</summary>
public sealed class PageTests(ConsoleInstallation installation)
{
    private const int MaxPageBytes = 40_000;
    private const int MaxRequests = 6;
    private const int MaxStyleBytes = 12_000;
    private const int MaxScriptBytes = 20_000;
    private const int MaxWarmBytes = 15_000;
    private const int MaxNodes = 2_500;

    /// <summary>Folder for the pictures of the documents; <c>./mangamotion test Browser --screenshots FOLDER</c> sets it.</summary>
    private static readonly string? PictureFolder = Environment.GetEnvironmentVariable("MANGAMOTION_SCREENSHOTS");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_finds_nothing_on_any_page(bool dark)
    {
        var paths = await FindPagesAsync();
        await using var session = await installation.LogInAsync(options: new(Dark: dark));
        session.Expected.Add("404");
        var violations = new List<string>();
        foreach (var path in paths)
        {
            await session.GoAsync(path);
            var result = await session.Page.RunAxe();
            violations.AddRange(result.Violations.Select(violation => Describe(path, violation)));
        }

        violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_finds_nothing_on_the_login_page(bool dark)
    {
        await using var session = await ConsolePage.OpenAsync(installation.Browser, installation.Address, new(Dark: dark));
        foreach (var path in (string[])["/login", "/login?failed=key", "/login?ended=1"])
        {
            await session.GoAsync(path);
            (await session.Page.RunAxe()).Violations.Select(violation => Describe(path, violation)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Every_page_keeps_to_its_budget()
    {
        foreach (var path in await FindPagesAsync())
        {
            await using var cold = await installation.LogInAsync();
            await cold.MeasureAsync();
            await (await cold.Context.NewCDPSessionAsync(cold.Page)).SendAsync("Network.clearBrowserCache");
            cold.Expected.Add("404");
            await cold.GoAsync(path);
            await cold.Page.WaitForLoadStateAsync(LoadState.Load);

            // The icon of the page before may arrive late.
            var loaded = cold.Loaded.Values.Where(IsPartOfPage).DistinctBy(file => file.Url).ToList();
            loaded.Sum(file => file.Bytes).ShouldBeLessThan(MaxPageBytes, path);
            loaded.Count.ShouldBeLessThanOrEqualTo(MaxRequests, $"{path}: {string.Join(' ', loaded.Select(file => file.Url))}");
            CountBytes(".css").ShouldBeLessThan(MaxStyleBytes, path);
            CountBytes(".js").ShouldBeLessThan(MaxScriptBytes, path);

            double CountBytes(string extension) =>
                loaded.Where(file => file.Url.EndsWith(extension, StringComparison.Ordinal)).Sum(file => file.Bytes);

            (await cold.Page.EvaluateAsync<int>("document.querySelectorAll('*').length")).ShouldBeLessThan(MaxNodes, path);

            await cold.GoAsync(path);
            await cold.Page.WaitForLoadStateAsync(LoadState.Load);
            cold.Loaded.Values.Where(IsPartOfPage).Sum(file => file.Bytes).ShouldBeLessThan(MaxWarmBytes, $"{path}, warm");
        }
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(870)]
    [InlineData(768)]
    [InlineData(360)]
    [InlineData(320)]
    public async Task No_page_scrolls_sideways(int width)
    {
        await using var session = await installation.LogInAsync(options: new(Width: width));
        session.Expected.Add("404");
        foreach (var path in await FindPagesAsync())
        {
            await session.GoAsync(path);
            (await session.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
        }
    }

    [Fact]
    public async Task The_header_is_one_line_at_1200_pixels()
    {
        await using var session = await installation.LogInAsync(options: new(Width: 1200));
        await session.GoAsync("/ops/queues");

        (await session.Page.EvaluateAsync<int>("document.querySelector('.top').offsetHeight")).ShouldBeLessThan(64);
    }

    [Fact]
    public async Task Dark_and_reduced_motion()
    {
        const string Lightness =
            """
            () => ['backgroundColor', 'color'].map(name => {
              const [red, green, blue] = getComputedStyle(document.documentElement)[name].match(/[0-9.]+/g).map(Number);
              return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
            })
            """;
        const string Moving =
            """
            () => [
              ...document.getAnimations().filter(animation => animation.effect.target.getRootNode() === document)
                .map(animation => `animation of ${animation.effect.target.outerHTML}`),
              // An element without a box, such as a track, has no style.
              ...[...document.querySelectorAll('*')].map(element => [element, getComputedStyle(element)])
                .filter(([, style]) => style.display && (style.transitionDuration !== '0s' || style.animationName !== 'none'))
                .map(([element]) => `movement of ${element.outerHTML}`),
              ...[...document.querySelectorAll('video')].filter(video => video.autoplay || !video.paused)
                .map(video => `playing ${video.outerHTML}`),
              ...[...document.querySelectorAll('video:not(details video)')].filter(video => !video.poster)
                .map(video => `without a poster ${video.outerHTML}`),
            ]
            """;
        await using var session = await installation.LogInAsync(options: new(Dark: true));
        var page = session.Page;
        session.Expected.Add("404");
        foreach (var path in await FindPagesAsync())
        {
            await session.GoAsync(path);
            var lightness = await page.EvaluateAsync<double[]>(Lightness);
            (lightness[0] < 0.1, lightness[1] > 0.7).ShouldBe((true, true), $"{path}: {string.Join(' ', lightness)}");
            (await page.EvaluateAsync<string[]>(Moving)).ShouldBeEmpty(path);
        }

        // The choice of the reader wins over that of the system, on every page, until it is taken back.
        await session.GoAsync("/videos");
        await ChooseAsync("Light");
        await session.GoAsync("/ops");
        (await page.EvaluateAsync<double[]>(Lightness))[0].ShouldBeGreaterThan(0.9);
        await ChooseAsync("System");
        (await page.EvaluateAsync<double[]>(Lightness))[0].ShouldBeLessThan(0.1);

        async Task ChooseAsync(string theme)
        {
            await page.Locator(".tools .menu summary").ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = theme, Exact = true }).ClickAsync();
            await Expect(page.Locator("h1")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task No_page_shows_the_source_of_its_template()
    {
        await using var session = await installation.LogInAsync();
        session.Expected.Add("404");
        foreach (var path in await FindPagesAsync())
        {
            await session.GoAsync(path);
            (await session.Page.InnerTextAsync("body")).ShouldNotContain("@", customMessage: path);
        }
    }

    [Fact]
    public async Task Pictures_of_the_documents_can_be_made()
    {
        var video = await installation.GetSampleVideoAsync();
        (string Name, string Path)[] pictures =
        [
            ("console-videos", "/videos"), ("console-video", $"/videos/{video.Id}"), ("console-new", "/new"),
            ("console-failures", "/failures"), ("console-overview", "/ops"), ("console-dead-letters", "/ops/dead"),
            ("console-queues", "/ops/queues"),
        ];
        await using var session = await installation.LogInAsync(options: new(Width: 1200, Height: 760));
        var capture = await session.Context.NewCDPSessionAsync(session.Page);
        foreach (var (name, path) in pictures)
        {
            await session.GoAsync(path);
            await session.Page.WaitForFunctionAsync("[...document.images].every(image => image.complete || image.loading === 'lazy')");
            await session.Page.WaitForFunctionAsync("[...document.querySelectorAll('video')].every(video => video.networkState === 1)");
            await Expect(session.Page.Locator("h1")).ToBeVisibleAsync();
            var answer = await capture.SendAsync("Page.captureScreenshot", new() { ["format"] = "webp", ["quality"] = 80 });
            var picture = Convert.FromBase64String(answer!.Value.GetProperty("data").GetString()!);
            picture.Length.ShouldBeInRange(2_000, 200_000, name);
            if (PictureFolder is not null)
                await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(PictureFolder).FullName, $"{name}.webp"), picture);
        }
    }

    private async Task<IReadOnlyList<string>> FindPagesAsync()
    {
        var video = await installation.GetSampleVideoAsync();
        var failed = (await installation.Api.GetFailedJobGroupsAsync("status=open")).Groups!;
        if (failed.Count == 0)
        {
            await ConsoleInstallation.IngestAsync(installation.Api, "pages", ConsoleInstallation.Corrupt("broken.jpg"));
            failed = (await installation.Api.GetFailedJobGroupsAsync("status=open")).Groups!;
        }

        return
        [
            .. Pages.All, $"/videos/{video.Id}", $"/videos/{video.Id}/edit", $"/ingests/{video.IngestId}", $"/ops/jobs/{video.Id}",
            $"/ops/dead/{failed[0].Fingerprint}", $"/videos/{Guid.Empty}", "/nothing/here",
        ];
    }

    /// <summary>Whether a file counts: pictures and videos do not, nor the icons of the browser's own player.</summary>
    private static bool IsPartOfPage((string Url, double Bytes) file) =>
        !file.Url.StartsWith("data:", StringComparison.Ordinal) && !file.Url.Contains("/media/", StringComparison.Ordinal);

    private static string Describe(string path, AxeResultItem violation) =>
        $"{path}: {violation.Id} ({violation.Impact}) {string.Join(' ', violation.Nodes.Select(node => node.Html).Take(3))}";
}
