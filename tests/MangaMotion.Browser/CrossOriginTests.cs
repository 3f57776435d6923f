using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace MangaMotion.Browser;

/// <summary>Scripts of a page of another origin call the API. The browser decides by the answers of the API (CORS).</summary>
public sealed class CrossOriginTests(ConsoleInstallation installation)
{
    /// <summary>Uploads a file, reads the status by the link, and deletes the ingest.</summary>
    private const string Walk =
        """
        async ([api, key]) => {
          const headers = { 'X-Api-Key': key };
          const form = new FormData();
          form.append('files', new File(['not a picture'], 'a.txt'));
          const once = { ...headers, 'Idempotency-Key': crypto.randomUUID() };
          const accepted = await fetch(`${api}api/v1/ingest`, { method: 'POST', headers: once, body: form });
          const location = accepted.headers.get('Location');
          const status = await fetch(new URL(location, api), { headers });
          const id = (await accepted.json()).job_id;
          const deleted = await fetch(`${api}api/v1/ingest/${id}`, { method: 'DELETE', headers });
          const missing = await fetch(`${api}api/v1/ingest/${id}/status`, { headers });
          const tagged = status.headers.get('ETag') !== null;
          return `${accepted.status} ${status.status} ${tagged} ${deleted.status} ${missing.status} ${(await missing.json()).code}`;
        }
        """;

    [Fact]
    public async Task A_page_of_an_allowed_origin_uses_the_api_and_others_read_nothing()
    {
        // Real servers of pages: where Playwright routes requests, it answers preflight requests itself.
        await using var allowed = await StartSiteAsync();
        await using var other = await StartSiteAsync();
        var open = await installation.StartApiAsync(corsOrigins: $"https://comics.example, {allowed.Urls.Single()}");

        (await RunAsync(allowed, open.Address)).ShouldBe("202 200 true 204 404 unknown_ingest");
        (await RunAsync(other, open.Address)).ShouldStartWith("TypeError: Failed to fetch");
        (await RunAsync(allowed, installation.ApiAddress)).ShouldStartWith("TypeError: Failed to fetch", customMessage: "closed");
        await open.KillAsync();
    }

    private static async Task<WebApplication> StartSiteAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        site.MapGet("/", () => Results.Content("<title>A reader of comics</title>", "text/html"));
        await site.StartAsync();
        return site;
    }

    private async Task<string> RunAsync(WebApplication site, Uri api)
    {
        await using var context = await installation.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Urls.Single());
        try
        {
            return await page.EvaluateAsync<string>(Walk, new[] { api.ToString(), ConsoleInstallation.Key });
        }
        catch (PlaywrightException refused)
        {
            return refused.Message;
        }
    }
}
