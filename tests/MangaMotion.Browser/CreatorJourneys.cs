using Deque.AxeCore.Playwright;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MangaMotion.Browser;

/// <summary>Journeys of a creator.</summary>
public sealed class CreatorJourneys(ConsoleInstallation installation)
{
    private static readonly float Patient = (float)TimeSpan.FromMinutes(5).TotalMilliseconds;

    [Fact]
    public async Task First_film_from_the_sample()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), Scopes.Read, Scopes.Submit);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No videos yet" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the sample" }).ClickAsync();
        await page.WaitForURLAsync("**/videos/*-*");

        // Without a reload: panels appear, then the player.
        await Expect(page.Locator(".shots img").First).ToBeVisibleAsync(new() { Timeout = Patient });
        await Expect(page.Locator("#video-player video")).ToBeVisibleAsync(new() { Timeout = Patient });
        await Expect(page.Locator("h1")).ToHaveTextAsync("The Last Lamp");
        (await page.Locator(".shots > li").CountAsync()).ShouldBeGreaterThan(10);

        // The player seeks by ranges through the relay and has the subtitles.
        var played = await page.EvaluateAsync<double[]>(
            """
            async () => {
              const video = document.querySelector('#video-player video');
              if (video.readyState < 1) await new Promise(done => video.addEventListener('loadedmetadata', done, { once: true }));
              video.currentTime = video.duration / 2;
              await new Promise(done => video.addEventListener('seeked', done, { once: true }));
              video.textTracks[0].mode = 'showing';
              const track = document.querySelector('track');
              if (track.readyState < 2) await new Promise(done => track.addEventListener('load', done, { once: true }));
              return [video.duration, video.currentTime, video.textTracks[0].cues.length];
            }
            """);
        played[0].ShouldBeGreaterThan(10);
        played[1].ShouldBe(played[0] / 2, 0.5);
        played[2].ShouldBeGreaterThan(5);

        // A shot can be heard and watched by itself.
        await page.Locator(".shots summary").First.ClickAsync();
        await Expect(page.Locator(".shots video").First).ToBeVisibleAsync();
        var seconds = await page.EvaluateAsync<double[]>(
            """
            () => Promise.all(['audio', 'video'].map(async kind => {
              const player = document.querySelector(`.shots ${kind}`);
              player.preload = 'metadata';
              player.load();
              if (player.readyState < 1) await new Promise(done => player.addEventListener('loadedmetadata', done, { once: true }));
              return player.duration;
            }))
            """);
        seconds.ShouldAllBe(duration => duration > 0.2 && duration < played[0]);

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Download video").ClickAsync());
        download.SuggestedFilename.ShouldBe("The Last Lamp.mp4");
    }

    [Fact]
    public async Task Own_chapter_right_to_left_review_and_approve()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), Scopes.Read, Scopes.Submit);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;

        await session.GoAsync("/new");
        await page.GetByLabel("Title").FillAsync("Mine");
        await page.GetByLabel("Right to left (manga)").CheckAsync();
        await page.GetByLabel("Review first").CheckAsync();
        var file = new FilePayload { Name = "page 1.webp", MimeType = "image/webp", Buffer = installation.Pictures[0] };
        await page.SetInputFilesAsync("#files", file);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.WaitForURLAsync("**/videos/*-*");

        await page.GetByRole(AriaRole.Button, new() { Name = "Approve and continue" }).ClickAsync(new() { Timeout = Patient });
        await Expect(page.GetByText("Approved. The video continues.")).ToBeVisibleAsync();
        await Expect(page.GetByText("← right to left")).ToBeVisibleAsync();
        var id = Guid.Parse(new Uri(page.Url).Segments[^1]);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        await Eventually.Until(async () => (await client.GetVideoAsync(id)).State != VideoStateNames.AwaitingApproval);
        await client.CancelJobAsync(id);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start again" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Every_file_becomes_a_video()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), Scopes.Read, Scopes.Submit);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;

        await session.GoAsync("/new");
        await page.GetByLabel("Every file is a chapter").CheckAsync();
        await page.SetInputFilesAsync("#files", (FilePayload[])
        [
            new() { Name = "one.webp", MimeType = "image/webp", Buffer = installation.Pictures[0] },
            new() { Name = "two.webp", MimeType = "image/webp", Buffer = installation.Pictures[1] },
        ]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.WaitForURLAsync("**/videos");

        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        var videos = (await client.GetVideosAsync()).Videos;
        videos.Count.ShouldBe(2);
        foreach (var video in videos)
            await client.CancelJobAsync(video.Id);
    }

    [Fact]
    public async Task Upload_goes_on_after_reload()
    {
        const int PartSize = 4 << 20;
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), Scopes.Read, Scopes.Submit);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        var chapter = installation.WriteChapter("naruto-01.cbz", 24_000_000);
        await using var session = await installation.LogInAsync(key.Key);
        session.Expected.Add("ERR_");
        var page = session.Page;
        var network = await session.Context.NewCDPSessionAsync(page);
        await session.GoAsync("/new");
        await page.SetInputFilesAsync("#files", chapter);
        await LimitUploadAsync(network, bytesPerSecond: 4_000_000);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Eventually.Until(async () => (await client.GetUploadsAsync()).Uploads is [{ Received: >= PartSize }]);

        await session.GoAsync("/new");
        await Expect(page.GetByText("Continue naruto-01.cbz at")).ToBeVisibleAsync();
        await LimitUploadAsync(network, bytesPerSecond: -1);
        var appended = new List<long>();
        page.Request += (_, request) =>
        {
            if (request.Method == "PATCH")
                appended.Add(long.Parse(request.Headers["upload-offset"], null));
        };
        await page.SetInputFilesAsync("#files", chapter);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.WaitForURLAsync("**/videos/*-*", new() { Timeout = Patient });

        appended.ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(PartSize);
        var id = Guid.Parse(new Uri(page.Url).Segments[^1]);
        await client.CancelJobAsync(id);
        (await client.GetIngestsAsync()).Ingests.ShouldHaveSingleItem().Bytes.ShouldBe(new FileInfo(chapter).Length);
        (await client.GetUploadsAsync()).Uploads.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_thousand_files_three_corrupt()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), Scopes.Read, Scopes.Submit);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        var good = Enumerable.Range(1, 17)
            .Select(i => new FileToSend($"page-{i:000}.webp", () => new MemoryStream(installation.Pictures[i % 4])));
        string[] bad = ["cover.jpg", "scan 12.png", "ページ.jpg"];
        var accepted = await client.IngestAsync([.. good, .. bad.Select(ConsoleInstallation.Corrupt)]);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;

        await session.GoAsync($"/ingests/{accepted.JobId}");
        await Expect(page.Locator(".counts")).ToContainTextAsync("17", new() { Timeout = Patient });
        await Expect(page.Locator("#ingest-failed")).ToContainTextAsync("Failed first 3", new() { Timeout = Patient });
        foreach (var name in bad)
            await Expect(page.Locator("#ingest-failed").GetByText(name, new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".tiles img")).ToHaveCountAsync(17, new() { Timeout = Patient });
    }

    [Fact]
    public async Task Hostile_names_and_lines_are_text()
    {
        const string Name = "<img src=x onerror=alert(1)>.jpg";
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All]);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        var ingest = await ConsoleInstallation.IngestAsync(client, "hostile", ConsoleInstallation.Corrupt(Name));
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;
        page.Dialog += (_, _) => throw new InvalidOperationException("A script of a file's name ran.");

        string[] paths =
            [$"/ingests/{ingest}", "/ingests", "/failures", "/ops/jobs", "/ops/dead", $"/ops/jobs?q={Uri.EscapeDataString(Name)}"];
        foreach (var path in paths)
        {
            await session.GoAsync(path);
            await Expect(page.GetByText(Name).First).ToBeVisibleAsync();
            (await page.Locator("img[src=x]").CountAsync()).ShouldBe(0);
        }

        // A text in the address of the page never becomes a note of the page.
        await session.GoAsync("/videos?note=%3Cb%3Ehello%3C/b%3E");
        await Expect(page.Locator(".note")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task One_line_edited_makes_three_segments()
    {
        const string Line = "The lamp must never go out, however high the sea may rise tonight.";
        var video = await installation.GetSampleVideoAsync();
        // A shot with a transition at both ends has three segments: itself and the two transitions.
        var shot = video.Shots[1].Id;
        foreach (var faded in video.Shots.Skip(1).Take(2))
            await installation.Api.EditShotAsync(video.Id, faded.Id, new() { ["transition"] = "fade" });
        await UntilDoneAsync(video.Id);
        var before = installation.CountParts();
        await using var session = await installation.LogInAsync();
        var page = session.Page;
        await session.GoAsync($"/videos/{video.Id}/edit");

        await page.Locator($"#line-{shot}").FillAsync(Line);
        await page.Locator($"#line-{shot}").BlurAsync();

        await Expect(page.Locator("#effect")).ToContainTextAsync("Makes again: 1 line, 3 of ", new() { Timeout = Patient });
        await Expect(page.Locator("#effect")).ToContainTextAsync("s of work");
        (await installation.Api.GetScriptAsync(video.Id)).Script.Shots[1].Line.ShouldNotBe(Line, "nothing is saved by a preview");
        await page.GetByRole(AriaRole.Button, new() { Name = "What is made again?" }).ClickAsync();
        await Expect(page.Locator($"#line-{shot}")).ToHaveValueAsync(Line);
        await Expect(page.Locator("#effect")).ToContainTextAsync("Makes again: 1 line, 3 of ");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and make again" }).ClickAsync();

        await Expect(page.Locator(".note[role=status]")).ToContainTextAsync("Only the changed shots are made again.");
        await Expect(page.Locator($"#s-{shot}")).ToContainTextAsync(Line);
        await UntilDoneAsync(video.Id);
        (await installation.Api.GetScriptAsync(video.Id)).Script.Shots[1].Line.ShouldBe(Line);
        var after = installation.CountParts();
        (after.Lines - before.Lines, after.Segments - before.Segments).ShouldBe((1, 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_shot_is_previewed_before_the_video_is_made(bool script)
    {
        const string Line = "The lamp is <b>lit</b>.";
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), Scopes.Read, Scopes.Submit);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        var fields = new Dictionary<string, string> { ["direction"] = "ltr", ["size"] = "320x180", ["review"] = "true" };
        var files = new[] { new FileToSend("page-1.webp", () => new MemoryStream(installation.Pictures[0])) };
        var id = (await client.CreateVideoAsync(files, fields)).Id;
        await Eventually.Until(
            async () => (await client.GetVideoAsync(id)).State == VideoStateNames.AwaitingApproval, TimeSpan.FromMinutes(5));
        var shot = (await client.GetVideoAsync(id)).Shots[0].Id;
        await using var session = await installation.LogInAsync(key.Key, new(Script: script));
        var page = session.Page;
        await session.GoAsync($"/videos/{id}/edit");

        await page.FillAsync($"#line-{shot}", Line);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Preview shot {shot}" }).ClickAsync();
        await page.WaitForURLAsync($"**/edit?shot={shot}*");
        if (!script)
        {
            await Eventually.Until(
                async () => (await client.GetVideoAsync(id)).Shots[0].SegmentUrl is not null, TimeSpan.FromMinutes(5));
            await page.ReloadAsync();
        }

        // With script the page shows the shot without a reload.
        await Expect(page.Locator($"#made-{shot} video")).ToBeVisibleAsync(new() { Timeout = Patient });
        await Expect(page.Locator($"#made-{shot} audio")).ToBeVisibleAsync();
        await Expect(page.Locator($"#line-{shot}")).ToHaveValueAsync(Line);
        if (script)
        {
            (await page.RunAxe()).Violations.Select(violation => violation.Id).ShouldBeEmpty();
            var seconds = await page.EvaluateAsync<double>(
                """
                async () => {
                  const player = document.querySelector('.made video');
                  player.preload = 'metadata';
                  player.load();
                  if (player.readyState < 1) await new Promise(done => player.addEventListener('loadedmetadata', done, { once: true }));
                  return player.duration;
                }
                """);
            seconds.ShouldBeGreaterThan(0.5);
        }

        var video = await client.GetVideoAsync(id);
        (video.State, video.Shots.Count(each => each.SegmentUrl is not null)).ShouldBe((VideoStateNames.AwaitingApproval, 1));
        await client.CancelJobAsync(id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_cast_of_a_collection_is_edited(bool script)
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        var owner = Guid.NewGuid();
        var key = await installation.CreateKeyAsync(owner, Scopes.Read, Scopes.Submit);
        var client = MangaMotionClient.Create(installation.ApiAddress, key.Key);
        await client.IngestAsync([ConsoleInstallation.Corrupt("a.jpg")], new Dictionary<string, string> { ["collection"] = "cast" });
        await using var session = await installation.LogInAsync(key.Key, new(Script: script));
        session.Expected.AddRange(["400", "409"]);
        var page = session.Page;
        page.Dialog += (_, _) => throw new InvalidOperationException("A script of a name ran.");
        await session.GoAsync("/ingests");
        await page.GetByRole(AriaRole.Link, new() { Name = "cast", Exact = true }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Cast of cast");

        await page.GetByLabel("Speaker 1").FillAsync(Hostile);
        await page.GetByLabel("Voice 1").SelectOptionAsync("flite");
        await page.GetByLabel("Word 1").FillAsync("Aoi");
        await page.GetByLabel("Say 1").FillAsync("Ah-oh-ee");
        await page.GetByLabel("Language 1").SelectOptionAsync("en");
        await SaveAsync();
        await Expect(page.Locator(".note[role=status]")).ToContainTextAsync("from now on take this cast");
        await Expect(page.GetByLabel("Speaker 1")).ToHaveValueAsync(Hostile);
        var cast = await client.GetCollectionCastAsync("cast");
        cast.Voices.ShouldBe([new(Hostile, "flite")]);
        cast.Pronunciations.ShouldBe([new("Aoi", "Ah-oh-ee", "en")]);
        if (script)
            (await page.RunAxe()).Violations.Select(violation => violation.Id).ShouldBeEmpty();

        // Entries that the API refuses are shown again, and so are those that another person has overtaken.
        await page.GetByLabel("Word 2").FillAsync("Mira");
        await SaveAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("pronunciations[1].say");
        await Expect(page.GetByLabel("Word 2")).ToHaveValueAsync("Mira");
        await client.SetCollectionCastAsync("cast", new CollectionCast { Voices = [new("Ben", "espeak")] });
        await page.GetByLabel("Say 2").FillAsync("Meera");
        await SaveAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Another person changed this cast meanwhile");
        await Expect(page.GetByText("Ben: voice espeak")).ToBeVisibleAsync();
        (await client.GetCollectionCastAsync("cast")).Voices.ShouldBe([new("Ben", "espeak")]);
        await page.GetByLabel("Speaker 1").FillAsync("");
        await SaveAsync();
        await Expect(page.Locator(".note[role=status]")).ToContainTextAsync("from now on take this cast");
        cast = await client.GetCollectionCastAsync("cast");
        cast.Voices.ShouldBeEmpty();
        cast.Pronunciations.ShouldBe([new("Aoi", "Ah-oh-ee", "en"), new("Mira", "Meera")]);

        // A key that may only read sees the cast and no button.
        var reader = await installation.CreateKeyAsync(owner, Scopes.Read);
        await using var reading = await installation.LogInAsync(reader.Key, new(Script: script));
        await reading.GoAsync("/collections/cast/cast");
        await Expect(reading.Page.GetByText("Mira: say Meera")).ToBeVisibleAsync();
        (await reading.Page.Locator("main button, main input:not([type=hidden])").CountAsync()).ShouldBe(0);

        Task SaveAsync() => page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
    }

    [Fact]
    public async Task Two_people_edit_one_script()
    {
        var video = await installation.GetSampleVideoAsync();
        var (one, two) = (video.Shots[0].Id, video.Shots[2].Id);
        await using var first = await installation.LogInAsync();
        await using var second = await installation.LogInAsync();
        second.Expected.Add("409");
        await first.GoAsync($"/videos/{video.Id}/edit");
        await second.GoAsync($"/videos/{video.Id}/edit");

        await first.Page.FillAsync($"#line-{one}", "A line by the first person.");
        await SaveAsync(first.Page);
        await Expect(first.Page.Locator(".note[role=status]")).ToContainTextAsync("Saved.");
        await second.Page.FillAsync($"#line-{one}", "A line by the second person.");
        await second.Page.FillAsync($"#line-{two}", "<b>Another shot</b> by the second person.");
        await SaveAsync(second.Page);

        // Nothing is saved. Both texts are shown, and what is saved next is what its writer has seen.
        await Expect(second.Page.Locator("h1")).ToHaveTextAsync("Another person changed this script meanwhile");
        await Expect(second.Page.Locator($"#e-{one}")).ToContainTextAsync("A line by the first person.");
        await Expect(second.Page.Locator($"#line-{one}")).ToHaveValueAsync("A line by the second person.");
        await Expect(second.Page.Locator($"#line-{two}")).ToHaveValueAsync("<b>Another shot</b> by the second person.");
        (await installation.Api.GetScriptAsync(video.Id)).Script.Shots[0].Line.ShouldBe("A line by the first person.");
        await SaveAsync(second.Page);
        await Expect(second.Page.Locator(".note[role=status]")).ToContainTextAsync("Saved.");

        // An edit of another shot needs no decision.
        await first.GoAsync($"/videos/{video.Id}/edit");
        await installation.Api.EditShotAsync(video.Id, one, new() { ["line"] = "A line by a program." });
        await first.Page.FillAsync($"#line-{two}", "The last word.");
        await SaveAsync(first.Page);
        await Expect(first.Page.Locator(".note[role=status]")).ToContainTextAsync("Saved.");
        await UntilDoneAsync(video.Id);
        var shots = (await installation.Api.GetVideoAsync(video.Id)).Shots;
        (shots[0].Line, shots[2].Line).ShouldBe(("A line by a program.", "The last word."));

        static Task SaveAsync(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Save and make again" }).ClickAsync();
    }

    private async Task UntilDoneAsync(Guid video) => await Eventually.Until(
        async () =>
        {
            var now = await installation.Api.GetVideoAsync(video);
            now.Status.ShouldNotBe(JobStatuses.Failed, now.Error);
            return now is { Status: JobStatuses.Done, EditQueued: false };
        },
        TimeSpan.FromMinutes(5), "the video is made");

    [Fact]
    public async Task All_of_it_without_script()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All]);
        await using var session = await installation.LogInAsync(key.Key, new(Script: false));
        var page = session.Page;

        await session.GoAsync("/ingests");
        await page.SetInputFilesAsync("#files", (FilePayload[])
        [
            new() { Name = "good.webp", MimeType = "image/webp", Buffer = installation.Pictures[1] },
            new() { Name = "bad.jpg", MimeType = "image/jpeg", Buffer = "nothing"u8.ToArray() },
        ]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("Files");
        await Eventually.Until(
            async () =>
            {
                await page.ReloadAsync();
                return await page.GetByText("finished").CountAsync() > 0;
            },
            TimeSpan.FromMinutes(2));
        await Expect(page.Locator("#ingest-failed")).ToContainTextAsync("bad.jpg");

        await page.GetByRole(AriaRole.Link, new() { Name = "Failures" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
        await Expect(page.GetByText("Started again")).ToBeVisibleAsync();

        await session.GoAsync("/ops/queues");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause records-low" }).ClickAsync();
        await Expect(page.Locator("#q-records-low")).ToContainTextAsync("paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume records-low" }).ClickAsync();
        await Expect(page.Locator("#q-records-low")).Not.ToContainTextAsync("paused");

        await page.Locator(".menu summary").Last.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.Locator(".menu summary").Last.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Log in");
    }

    private static async Task LimitUploadAsync(ICDPSession network, int bytesPerSecond)
    {
        var limits = new Dictionary<string, object>
        {
            ["offline"] = false,
            ["latency"] = 0,
            ["downloadThroughput"] = -1,
            ["uploadThroughput"] = bytesPerSecond,
        };
        await network.SendAsync("Network.emulateNetworkConditions", limits);
    }
}
