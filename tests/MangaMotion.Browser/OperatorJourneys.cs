using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MangaMotion.Browser;

/// <summary>Journeys of an operator.</summary>
public sealed class OperatorJourneys(ConsoleInstallation installation)
{
    private static readonly float Patient = (float)TimeSpan.FromMinutes(2).TotalMilliseconds;

    [Fact]
    public async Task Canary_fails_and_nothing_else_runs()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All]);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        var broken = Enumerable.Range(1, 4).Select(i => ConsoleInstallation.Corrupt($"broken-{i}.jpg"));
        await ConsoleInstallation.IngestAsync(client, "canary", broken);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;

        await session.GoAsync("/ops");
        await Expect(page.Locator(".problems")).ToContainTextAsync("4 dead letters");
        await page.GetByRole(AriaRole.Link, new() { Name = "Look at the cause" }).ClickAsync();
        await Expect(page.GetByText("broken-4.jpg").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay canary" }).ClickAsync();
        await page.WaitForURLAsync("**/ops/replays/*");

        await Expect(page.Locator("#replay")).ToContainTextAsync("stopped", new() { Timeout = Patient });
        await Expect(page.Locator("#replay")).ToContainTextAsync("Nothing else was started.");
        var replay = await client.GetReplayAsync(Guid.Parse(new Uri(page.Url).Segments[^1]));
        (replay.Released, replay.FailedAgain).ShouldBe((1, 1));
    }

    /// <summary>Six files instead of forty; the store has lost their originals, and gets them back.</summary>
    [Fact]
    public async Task Store_down_forty_failures_canary_release()
    {
        const int Files = 6;
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All]);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        await installation.KillThumbnailsAsync();
        var files = Enumerable.Range(1, Files)
            .Select(i => new FileToSend($"photo-{i}.webp", () => new MemoryStream(installation.Pictures[i % 4])));
        var accepted = await client.IngestAsync([.. files]);
        Directory.Move(installation.Originals, installation.Originals + "-away");
        await installation.StartThumbnailsAsync();
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;

        await session.GoAsync("/ops");
        await Expect(page.Locator(".problems")).ToContainTextAsync($"{Files} dead letters: missing_object", new() { Timeout = Patient });
        Directory.Move(installation.Originals + "-away", installation.Originals);
        await page.GetByRole(AriaRole.Link, new() { Name = "Look at the cause" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay canary" }).ClickAsync();

        await Expect(page.Locator("#replay")).ToContainTextAsync("Finished.", new() { Timeout = Patient });
        await Expect(page.Locator("#replay .counts > div", new() { HasText = "succeeded" })).ToContainTextAsync($"{Files}");
        (await client.GetIngestStatusAsync(accepted.JobId)).Progress.Done.ShouldBe(Files);
        await session.GoAsync("/ops");
        await Expect(page.GetByText("All quiet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task All_of_it_by_keyboard()
    {
        await using var session = await installation.LogInAsync();
        var page = session.Page;
        await session.GoAsync("/ops/queues");

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator("#search")).ToBeFocusedAsync();

        await TabToAsync(page, "Pause records-low");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#q-records-low")).ToContainTextAsync("paused");
        await TabToAsync(page, "Resume records-low");

        // A live update of another row leaves the focus where it is.
        await installation.Api.PauseQueueAsync("records");
        await Expect(page.Locator("#q-records")).ToContainTextAsync("paused");
        await Expect(page.GetByLabel("Resume records-low")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#q-records-low")).Not.ToContainTextAsync("paused");
        await installation.Api.ResumeQueueAsync("records");
    }

    [Fact]
    public async Task A_queue_is_paused_and_resumed_and_everybody_sees_it()
    {
        await using var first = await installation.LogInAsync();
        await using var second = await installation.LogInAsync();
        await first.GoAsync("/ops/queues");
        await second.GoAsync("/ops/queues");

        await first.Page.GetByRole(AriaRole.Button, new() { Name = "Pause records-high" }).ClickAsync();
        await Expect(first.Page.GetByText("Paused. Workers start no job")).ToBeVisibleAsync();
        await Expect(second.Page.Locator("#q-records-high")).ToContainTextAsync("paused");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "Resume records-high" }).ClickAsync();
        await Expect(first.Page.Locator("#q-records-high")).Not.ToContainTextAsync("paused");
    }

    [Fact]
    public async Task A_worker_is_drained_and_resumed_and_everybody_sees_it()
    {
        var worker = (await installation.Api.GetWorkersAsync()).Workers.Single(worker => worker.JobTypes.Contains("script-gen")).Id;
        await using var first = await installation.LogInAsync();
        await using var second = await installation.LogInAsync();
        await first.GoAsync("/ops/workers");
        await second.GoAsync("/ops/workers");

        await first.Page.GetByRole(AriaRole.Button, new() { Name = $"Drain {worker}" }).ClickAsync();
        await Expect(first.Page.GetByText("Drained. The worker finishes its running jobs")).ToBeVisibleAsync(new() { Timeout = Patient });
        await Expect(second.Page.Locator($"[id='w-{worker}']")).ToContainTextAsync("drained", new() { Timeout = Patient });
        await Eventually.Until(async () => await CountConsumersAsync() == 0);

        await second.Page.GetByRole(AriaRole.Button, new() { Name = $"Resume {worker}" }).ClickAsync();
        await Expect(first.Page.Locator($"[id='w-{worker}']")).Not.ToContainTextAsync("drained", new() { Timeout = Patient });
        await Eventually.Until(async () => await CountConsumersAsync() == 1);

        async Task<int> CountConsumersAsync() =>
            (await installation.Api.GetQueuesAsync()).Queues.Single(queue => queue.Name == "script-gen").Consumers;
    }

    [Fact]
    public async Task Pause_with_end_resumes_itself()
    {
        const string Reason = "Move of the <b>store</b>";
        await using var session = await installation.LogInAsync();
        var page = session.Page;
        await session.GoAsync("/ops/queues");
        await page.Locator("#q-records-high summary").ClickAsync();
        await page.FillAsync("#reason-records-high", Reason);
        await page.Locator("#q-records-high [type=checkbox]").CheckAsync();
        await page.FillAsync("#until-records-high", $"{DateTimeOffset.UtcNow.AddSeconds(20):yyyy-MM-ddTHH:mm:ss}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause records-high" }).ClickAsync();

        await Expect(page.Locator("#q-records-high")).ToContainTextAsync(Reason);
        await Expect(page.Locator("#q-records-low")).ToContainTextAsync("paused");
        await Expect(page.Locator("#pauses")).ToContainTextAsync($". {Reason}");
        // It resumes by itself, and the page shows it without a reload.
        await Expect(page.Locator("#q-records-high")).Not.ToContainTextAsync("paused", new() { Timeout = Patient });
        await Expect(page.Locator("#pauses")).Not.ToContainTextAsync("records", new() { Timeout = Patient });

        // The banner is on every page of an operator.
        await installation.Api.PauseQueueAsync("records-low", new() { Reason = Reason });
        await Eventually.Until(async () =>
        {
            await session.GoAsync("/videos");
            return await page.GetByText("Paused: records-low, until resumed").CountAsync() == 1;
        });
        await installation.Api.ResumeQueueAsync("records-low");
    }

    [Fact]
    public async Task A_key_is_created_shown_once_and_revoked()
    {
        var name = $"program {Guid.NewGuid():N}";
        await using var session = await installation.LogInAsync();
        var page = session.Page;
        await session.GoAsync("/ops/keys");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var key = await page.GetByLabel("API key").InputValueAsync();
        (await MangaMotionClient.Create(installation.ApiAddress, key).GetJobsAsync()).Jobs.ShouldNotBeNull();

        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the keys" }).ClickAsync();
        (await page.ContentAsync()).ShouldNotContain(key);
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = name });
        await row.GetByText("Revoke", new() { Exact = true }).ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = $"Revoke {name}" }).ClickAsync();
        await Expect(row).ToContainTextAsync("revoked");
    }

    [Fact]
    public async Task The_audit_says_who_did_what_and_filters_it()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All]);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;
        await session.GoAsync("/ops/audit");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No change here" })).ToBeVisibleAsync();

        await session.GoAsync("/ops/queues");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause records-low" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume records-low" }).ClickAsync();
        await Expect(page.GetByText("Resumed.")).ToBeVisibleAsync();

        await session.GoAsync("/ops/audit");
        var rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.First).ToContainTextAsync("resumeQueue");
        await Expect(rows.First).ToContainTextAsync("records-low");
        await Expect(rows.First).ToContainTextAsync("browser test");
        await page.GetByLabel("Action").FillAsync("pauseQueue");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await page.GetByLabel("Target").FillAsync("another");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Expect(page.GetByText("The filter excludes every change.")).ToBeVisibleAsync();

        // The first key sees the changes of all owners.
        await using var first = await installation.LogInAsync();
        await first.GoAsync("/ops/audit?owner=*&action=resumeQueue&target=records-low");
        (await first.Page.Locator("tbody tr").CountAsync()).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("1h")]
    [InlineData("24h")]
    [InlineData("7d")]
    [InlineData("90d")]
    public async Task Statistics_over_time_are_charts_and_a_table(string window)
    {
        await ConsoleInstallation.IngestAsync(
            installation.Api, "series", new FileToSend("photo.webp", () => new MemoryStream(installation.Pictures[0])));
        var hours = new Dictionary<string, string> { ["step"] = "hour" };
        await Eventually.Until(async () => (await installation.Api.GetStatsSeriesAsync(hours))
            .Types.Any(series => series is { Type: "thumbnail", Stage: "" } && series.Points.Any(point => point.Done > 0)));
        await using var session = await installation.LogInAsync();
        var page = session.Page;

        await session.GoAsync($"/ops/stats?window={window}&type=thumbnail");

        var done = page.Locator("svg[aria-label^='Done: largest ']");
        (await done.GetAttributeAsync("aria-label")).ShouldNotBeNull().ShouldNotStartWith("Done: largest 0");
        await Expect(page.Locator(".charts svg")).ToHaveCountAsync(5);
        await page.GetByText("Figures of the charts").ClickAsync();
        await Expect(page.Locator("details[open] tbody tr").Last).ToBeVisibleAsync();
        (await page.EvaluateAsync<int>("document.querySelectorAll('*').length")).ShouldBeLessThan(2_500);
    }

    /// <summary>Presses Tab until a control has the focus; the focus is visible at each step.</summary>
    private static async Task TabToAsync(IPage page, string label)
    {
        const string Focused =
            "() => [document.activeElement.getAttribute('aria-label') ?? '', getComputedStyle(document.activeElement).outlineStyle]";
        for (var steps = 0; steps < 100; steps++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focused = await page.EvaluateAsync<string[]>(Focused);
            focused[1].ShouldNotBe("none", focused[0]);
            if (focused[0] == label)
                return;
        }

        throw new InvalidOperationException($"No control is named {label}.");
    }
}
