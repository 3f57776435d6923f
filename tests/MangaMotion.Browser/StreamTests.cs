using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using MangaMotion.TestSupport;

namespace MangaMotion.Browser;

/// <summary>Streams of many viewers, without a browser.</summary>
public sealed partial class StreamTests(ConsoleInstallation installation)
{
    private const int StreamsOfOneSession = 16;

    [Fact]
    public async Task Two_hundred_viewers()
    {
        const int Viewers = 200;
        var video = await installation.GetSampleVideoAsync();
        await using var proxy = await FaultProxy.StartAsync(installation.ApiAddress);
        var console = await installation.StartConsoleAsync(proxy.Endpoint);
        var sessions = new List<HttpClient>();
        for (var i = 0; i < Viewers; i += StreamsOfOneSession)
            sessions.Add(await LogInAsync(console.Address));
        var path = new Uri($"/live?topics=video:{video.Id}", UriKind.Relative);
        var before = proxy.Requests;

        var streams = await Task.WhenAll(Enumerable.Range(0, Viewers).Select(i => OpenAsync(sessions[i / StreamsOfOneSession], path)));

        // All have regions of the video, and the API has one reader.
        streams.ShouldAllBe(stream => stream.Regions > 0);
        (proxy.Requests - before).ShouldBeLessThan(Viewers);
        foreach (var stream in streams)
            await stream.Body.DisposeAsync();

        // A session has a limit of streams.
        var first = await LogInAsync(console.Address);
        var open = await Task.WhenAll(Enumerable.Range(0, StreamsOfOneSession).Select(_ => OpenAsync(first, path)));
        using var refused = await first.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        foreach (var stream in open)
            await stream.Body.DisposeAsync();
        sessions.ForEach(session => session.Dispose());
        first.Dispose();
        await console.KillAsync();
    }

    [Theory]
    [InlineData("GET", "/media/videos/{0}/x%5c..%5c..%5c..%5c..%5c..%5cmetrics", HttpStatusCode.NotFound)]
    [InlineData("GET", "/media/assets/{0}/x%5c..%5c..%5c..%5cme", HttpStatusCode.NotFound)]
    [InlineData("GET", "/media/assets/{0}/x%5c..%5c..%5c..%5caudit%3fpageSize=1", HttpStatusCode.NotFound)]
    [InlineData("GET", "/media/videos/{0}/poster", HttpStatusCode.OK)]
    [InlineData("HEAD", "/media/videos/{0}/poster", HttpStatusCode.OK)]
    [InlineData("HEAD", "/live?topics=video:{0}", HttpStatusCode.OK)]
    public async Task A_session_reaches_media_only_and_a_head_request_ends(string method, string path, HttpStatusCode expected)
    {
        var video = await installation.GetSampleVideoAsync();
        using var session = await LogInAsync(installation.Address);
        using var request = new HttpRequestMessage(new(method), string.Format(CultureInfo.InvariantCulture, path, video.Id));

        using var answer = await session.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.ShouldBe(expected);
    }

    private static async Task<HttpClient> LogInAsync(Uri console)
    {
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = console };
        var page = await client.GetStringAsync(new Uri("/login", UriKind.Relative));
        using var form = new FormUrlEncodedContent(
        [
            new("form_token", Token().Match(page).Groups["token"].Value), new("key", ConsoleInstallation.Key), new("to", "/videos"),
        ]);
        using var answer = await client.PostAsync(new Uri("/login", UriKind.Relative), form);
        answer.Headers.Location!.ToString().ShouldBe("/videos");
        return client;
    }

    /// <summary>Opens a stream and reads its first message.</summary>
    private static async Task<(Stream Body, int Regions)> OpenAsync(HttpClient session, Uri path)
    {
        var body = await session.GetStreamAsync(path);
        var reader = new StreamReader(body);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: <hx-partial", StringComparison.Ordinal))
            {
                var message = line;
                while (await reader.ReadLineAsync() is { Length: > 0 } next)
                    message += next;
                return (body, Partial().Count(message));
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    [GeneratedRegex("name=\"form_token\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Token();

    [GeneratedRegex("<hx-partial", RegexOptions.NonBacktracking)]
    private static partial Regex Partial();
}
