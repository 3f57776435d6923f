using System.Net;
using MangaMotion.Cli.Videos;
using MangaMotion.Client;

namespace MangaMotion.Cli.Tests;

/// <summary>An API that is away while a video is made.</summary>
public sealed class VideoRunTests
{
    private static readonly Guid Id = Guid.NewGuid();

    [Theory]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(IOException))]
    [InlineData(null)]
    public async Task An_api_that_stays_away_ends_the_command_with_one_line_and_the_video_goes_on(Type? exception)
    {
        var requests = new List<HttpMethod>();
        using var api = new StubApi(request =>
        {
            requests.Add(request.Method);
            return exception is null
                ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
                : throw (Exception)Activator.CreateInstance(exception, "no route to host")!;
        });
        var run = new VideoRun(MangaMotionClient.Create(new("http://127.0.0.1:1"), "key", api), unavailableTimeout: TimeSpan.Zero);

        var failure = await run.WatchAsync(Id, CancellationToken.None).ShouldThrowAsync<CommandException>();

        failure.Message.ShouldStartWith("The API has not answered for ");
        failure.Message.ShouldEndWith(
            $"Video {Id} is not canceled. ./mangamotion status shows what is not ready; ./mangamotion video show {Id} shows the video.");
        failure.Message.Split('\n').ShouldHaveSingleItem();
        requests.ShouldBe([HttpMethod.Get]);
    }

    private sealed class StubApi(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
