using MangaMotion.Api;
using MangaMotion.Client;
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
}
