using System.Net;
using System.Net.Sockets;
using MangaMotion.Client;

namespace MangaMotion.Cli.Tests;

/// <summary>A client of several instances of the API.</summary>
public sealed class AddressFailoverTests
{
    [Fact]
    public async Task An_instance_that_does_not_answer_is_skipped_and_the_next_one_is_kept()
    {
        using var second = new Instance("""{"jobs":[]}""");
        using var third = new Instance("""{"jobs":[]}""");
        var client = MangaMotionClient.CreateWithFailover([FindUnusedAddress(), second.Address, third.Address], "key");

        await client.GetJobsAsync();
        await client.GetJobsAsync();

        (second.Requests, third.Requests).ShouldBe((2, 0));
    }

    [Fact]
    public async Task A_reading_request_skips_an_instance_that_is_not_ready()
    {
        using var first = new Instance("", HttpStatusCode.ServiceUnavailable);
        using var second = new Instance("""{"jobs":[]}""");
        var client = MangaMotionClient.CreateWithFailover([first.Address, second.Address], "key");

        await client.GetJobsAsync();

        (first.Requests, second.Requests).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_submission_that_an_instance_received_is_not_sent_to_another()
    {
        using var first = new Instance("", HttpStatusCode.ServiceUnavailable);
        using var second = new Instance("{}");
        var client = MangaMotionClient.CreateWithFailover([first.Address, second.Address], "key");

        await client.IngestAsync([new("a.png", () => new MemoryStream([1]))]).ShouldThrowAsync<MangaMotionException>();

        (first.Requests, second.Requests).ShouldBe((1, 0));
    }

    [Fact]
    public async Task No_instance_answers()
    {
        var client = MangaMotionClient.CreateWithFailover([FindUnusedAddress(), FindUnusedAddress()], "key");

        await client.GetJobsAsync().ShouldThrowAsync<HttpRequestException>();
    }

    private static Uri FindUnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Gives every request the same answer.</summary>
    private sealed class Instance : IDisposable
    {
        private readonly HttpListener _listener = new();
        private int _requests;

        public Instance(string answer, HttpStatusCode status = HttpStatusCode.OK)
        {
            Address = FindUnusedAddress();
            _listener.Prefixes.Add($"{Address}");
            _listener.Start();
            _ = AnswerAsync(answer, status);
        }

        public Uri Address { get; }

        public int Requests => _requests;

        public void Dispose() => _listener.Close();

        private async Task AnswerAsync(string answer, HttpStatusCode status)
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                Interlocked.Increment(ref _requests);
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                context.Response.StatusCode = (int)status;
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer));
                context.Response.Close();
            }
        }
    }
}
