using System.Net;
using System.Text;
using MangaMotion.Api;
using MangaMotion.TestSupport;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MangaMotion.Browser;

/// <summary>Journeys with wrong keys, forged requests and processes that are away.</summary>
public sealed class SecurityJourneys(ConsoleInstallation installation)
{
    private static readonly float Patient = (float)TimeSpan.FromMinutes(1).TotalMilliseconds;

    [Fact]
    public async Task Read_key_sees_no_button_and_cannot_post()
    {
        var video = await installation.GetSampleVideoAsync();
        var owner = (await installation.Api.GetMeAsync()).OwnerId;
        var key = await installation.CreateKeyAsync(owner, Scopes.Read);
        await using var session = await installation.LogInAsync(key.Key);
        session.Expected.Add("403");
        var page = session.Page;

        foreach (var path in (string[])["/videos", $"/videos/{video.Id}", "/ingests", "/failures", "/ops/jobs", $"/ops/jobs/{video.Id}"])
        {
            await session.GoAsync(path);
            await Expect(page.Locator("main button[form], main form[method=post]")).ToHaveCountAsync(0);
            await Expect(page.Locator("nav[aria-label=Operator]")).ToHaveCountAsync(0);
        }

        // The console decides nothing itself: a post with a valid token is refused by the API.
        var token = await page.Locator("#act input").InputValueAsync();
        var status = await page.EvaluateAsync<int>(
            "async ([path, token]) => (await fetch(path, { method: 'POST', body: new URLSearchParams({ form_token: token }) })).status",
            new[] { "/ops/queues/thumbnail/pause", token });
        status.ShouldBe(403);
        (await installation.Api.GetQueuesAsync()).Queues.ShouldAllBe(queue => !queue.Paused);
    }

    [Fact]
    public async Task Forged_post_is_refused()
    {
        await using var session = await installation.LogInAsync();
        var token = await session.Page.Locator("#act input").InputValueAsync();
        await using var other = await installation.LogInAsync((await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All])).Key);
        var foreign = await other.Page.Locator("#act input").InputValueAsync();
        var own = session.Context.APIRequest;

        async Task<int> PostAsync(string? sent, string? origin = null, string? site = null)
        {
            var form = own.CreateFormData();
            if (sent is not null)
                form.Set("form_token", sent);
            var headers = new Dictionary<string, string>();
            if (origin is not null)
                headers["Origin"] = origin;
            if (site is not null)
                headers["Sec-Fetch-Site"] = site;
            return (await own.PostAsync("/ops/queues/records/pause", new() { Form = form, Headers = headers, MaxRedirects = 0 })).Status;
        }

        (await PostAsync(null)).ShouldBe(400);
        (await PostAsync("nonsense")).ShouldBe(400);
        (await PostAsync(foreign)).ShouldBe(400);
        (await PostAsync(token, origin: "https://evil.example")).ShouldBe(400);
        (await PostAsync(token, site: "cross-site")).ShouldBe(400);
        (await installation.Api.GetQueuesAsync()).Queues.ShouldAllBe(queue => !queue.Paused);

        // The same request with everything right changes the queue.
        (await PostAsync(token, origin: installation.Address.GetLeftPart(UriPartial.Authority), site: "same-origin")).ShouldBe(303);
        (await installation.Api.GetQueuesAsync()).Queues.Single(queue => queue.Name == "records").Paused.ShouldBeTrue();
        await installation.Api.ResumeQueueAsync("records");
    }

    [Fact]
    public async Task Form_that_stalls_on_its_way_is_read()
    {
        await using var session = await installation.LogInAsync();
        var token = await session.Page.Locator("#act input").InputValueAsync();
        var cookies = string.Join("; ", (await session.Context.CookiesAsync()).Select(cookie => $"{cookie.Name}={cookie.Value}"));
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        using var form = new StalledForm($"form_token={Uri.EscapeDataString(token)}&theme=dark", TimeSpan.FromSeconds(8));
        using var post = new HttpRequestMessage(HttpMethod.Post, new Uri(installation.Address, "/theme")) { Content = form };
        post.Headers.Add("Cookie", cookies);

        using var answer = await client.SendAsync(post);

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Forged_upload_is_refused_before_its_files_are_read()
    {
        await using var session = await installation.LogInAsync();
        var form = session.Context.APIRequest.CreateFormData();
        form.Set("form_token", "nonsense");
        form.Set("files", new FilePayload { Name = "a.webp", MimeType = "image/webp", Buffer = installation.Pictures[0] });
        var before = (await installation.Api.GetJobsAsync()).Jobs.Count;

        var answer = await session.Context.APIRequest.PostAsync("/ingests", new() { Multipart = form, MaxRedirects = 0 });

        answer.Status.ShouldBe(400);
        (await installation.Api.GetJobsAsync()).Jobs.Count.ShouldBe(before);
    }

    [Fact]
    public async Task Key_revoked_ends_the_session()
    {
        var key = await installation.CreateKeyAsync(Guid.NewGuid(), [.. Scopes.All]);
        await using var session = await installation.LogInAsync(key.Key);
        var page = session.Page;
        await session.GoAsync("/ops/queues");
        await Expect(page.Locator("#queues")).ToBeVisibleAsync();

        await installation.Api.RevokeApiKeyAsync(key.Info.Id);

        await Expect(page.Locator("#ended")).ToBeVisibleAsync(new() { Timeout = Patient });
        await session.GoAsync("/videos");
        page.Url.ShouldEndWith("/login?ended=1");
        await Expect(page.GetByText("Your session has ended")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Wrong_keys_are_limited()
    {
        // A console of its own: the limit is by address, and all tests come from one.
        var console = await installation.StartConsoleAsync(installation.ApiAddress);
        await using var session = await ConsolePage.OpenAsync(installation.Browser, console.Address, new());
        // The browser may ask for the icon after this console has ended.
        session.Expected.AddRange(["429", "ERR_CONNECTION_REFUSED"]);
        await session.GoAsync("/login");
        for (var i = 1; i <= 5; i++)
        {
            await session.Page.FillAsync("#key", $"wrong-key-{i}");
            await session.Page.ClickAsync("#login button");
            await Expect(session.Page.GetByText("does not know this key")).ToBeVisibleAsync();
        }

        await session.Page.FillAsync("#key", ConsoleInstallation.Key);
        await session.Page.ClickAsync("#login button");

        await Expect(session.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Too many failed logins");
        await console.KillAsync();
    }

    [Fact]
    public async Task The_key_is_in_no_page_and_no_script_can_read_the_session()
    {
        await using var session = await installation.LogInAsync();
        foreach (var path in Pages.All)
        {
            await session.GoAsync(path);
            (await session.Page.ContentAsync()).ShouldNotContain(ConsoleInstallation.Key);
        }

        (await session.Page.EvaluateAsync<string>("document.cookie")).ShouldBe("");
        var cookie = (await session.Context.CookiesAsync()).Single(cookie => cookie.Name == "mm-local");
        (cookie.HttpOnly, cookie.SameSite).ShouldBe((true, SameSiteAttribute.Strict));
        Uri.UnescapeDataString(cookie.Value).ShouldNotContain(ConsoleInstallation.Key);
    }

    [Fact]
    public async Task Plain_http_beyond_loopback_is_refused()
    {
        using var client = new HttpClient { BaseAddress = installation.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login") { Headers = { Host = "console.example" } };

        using var answer = await client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task API_away_and_back_without_reload()
    {
        var port = Loopback.FindFreePort();
        var api = await installation.StartApiAsync(port);
        var console = await installation.StartConsoleAsync(api.Address);
        await using var session = await installation.LogInAsync(console: console.Address);
        session.Expected.AddRange(["503", "ERR_", "htmx:sse:error"]);
        var page = session.Page;
        await session.GoAsync("/ops/queues");
        await page.EvaluateAsync("window.notReloaded = true");

        await api.KillAsync();
        await Expect(page.GetByText("The API does not answer")).ToBeVisibleAsync(new() { Timeout = Patient });
        await Expect(page.Locator("#q-thumbnail")).ToBeVisibleAsync();

        // A page that is opened meanwhile says the same, and offers to try again.
        var second = await session.Context.NewPageAsync();
        await second.GotoAsync("/ops/workers");
        await Expect(second.GetByRole(AriaRole.Link, new() { Name = "Try again" })).ToBeVisibleAsync();
        await second.CloseAsync();

        var restarted = await installation.StartApiAsync(port);
        await Expect(page.GetByText("The API does not answer")).ToHaveCountAsync(0, new() { Timeout = Patient });
        (await page.EvaluateAsync<bool>("window.notReloaded")).ShouldBeTrue();
        await restarted.KillAsync();
        await console.KillAsync();
    }

    [Fact]
    public async Task Console_killed_and_restarted_keeps_session_and_text()
    {
        var port = Loopback.FindFreePort();
        var console = await installation.StartConsoleAsync(installation.ApiAddress, port);
        await using var session = await installation.LogInAsync(console: console.Address);
        session.Expected.AddRange(["ERR_", "htmx:sse:error"]);
        var page = session.Page;
        await session.GoAsync("/ops/keys");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("typed before the kill");

        await console.KillAsync();
        var restarted = await installation.StartConsoleAsync(installation.ApiAddress, port);

        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("typed before the kill");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "typed before the kill" })).ToBeVisibleAsync();
        await restarted.KillAsync();
    }

    /// <summary>Form whose body is sent some time after the headers.</summary>
    private sealed class StalledForm : HttpContent
    {
        private readonly byte[] _body;
        private readonly TimeSpan _stall;

        public StalledForm(string body, TimeSpan stall)
        {
            (_body, _stall) = (Encoding.ASCII.GetBytes(body), stall);
            Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await Task.Delay(_stall);
            await stream.WriteAsync(_body);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
