using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace MangaMotion.Acceptance;

/// <summary>Callbacks at the end of an ingest, to a receiver that may misbehave.</summary>
public sealed class WebhookTests(TestStack stack) : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<Call> _calls = new();
    private Installation _installation = null!;
    private WebApplication _receiver = null!;
    private Func<HttpContext, int, Task> _behave = (_, _) => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        (string, string)[] settings =
        [
            ("Webhooks__AllowPrivateNetworks", "true"), ("Webhooks__Delay", "00:00:00.200"), ("Webhooks__MaxDelay", "00:00:01"),
            // Longer than a normal answer takes on a loaded machine, because attempts are counted.
            ("Webhooks__Timeout", "00:00:10"), ("Webhooks__MaxAttempts", "4"), ("Webhooks__SweepInterval", "00:00:02"),
        ];
        await _installation.StartIngestAsync(settings);
        await _installation.StartIngestAsync(settings);
        await _installation.StartThumbnailAsync();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.Urls.Add("http://127.0.0.1:0");
        _receiver.Map("/{**path}", ReceiveAsync);
        await _receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task The_end_is_sent_once_and_signed_and_again_on_replay()
    {
        var secret = (await GetAsync<WebhookSecret>("webhooks/secret")).Secret;
        var ingest = await IngestAsync(5);

        await Eventually.Until(() => !_calls.IsEmpty, Deadline, "the callback came");
        var call = _calls.First();
        call.IsSignedWith(secret).ShouldBeTrue();
        call.IsSignedWith("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").ShouldBeFalse();
        (call with { Body = call.Body.Replace("5", "6", StringComparison.Ordinal) }).IsSignedWith(secret).ShouldBeFalse();
        var body = JsonDocument.Parse(call.Body).RootElement;
        body.GetProperty("type").GetString().ShouldBe("ingest.finished");
        body.GetProperty("timestamp").GetDateTimeOffset().ShouldBeInRange(
            DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        var data = body.GetProperty("data");
        data.GetProperty("job_id").GetGuid().ShouldBe(ingest);
        data.GetProperty("progress").GetProperty("done").GetInt32().ShouldBe(5);
        data.GetProperty("progress").GetProperty("total").GetInt32().ShouldBe(5);

        var delivery = await UntilAsync("DELIVERED");
        delivery.Id.ToString().ShouldBe(call.Id);
        (await _installation.ScalarAsync<long>("select count(*) from webhook_deliveries")).ShouldBe(1);

        using (var replay = await PostAsync($"webhooks/deliveries/{delivery.Id}/replay"))
            replay.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.Until(() => _calls.Count == 2, Deadline, "the replay came");
        _calls.Last().Id.ShouldBe(call.Id);
        using var unknown = await PostAsync($"webhooks/deliveries/{Guid.NewGuid()}/replay");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task While_a_secret_is_renewed_deliveries_are_signed_with_the_new_and_the_old_one()
    {
        var previous = (await GetAsync<WebhookSecret>("webhooks/secret")).Secret;
        using var renewal = await PostAsync("webhooks/secret");
        var renewed = (await renewal.Content.ReadFromJsonAsync<WebhookSecret>(ApiJson.Options))!.Secret;
        (await GetAsync<WebhookSecret>("webhooks/secret")).Secret.ShouldBe(renewed);

        await IngestAsync(1);
        var delivery = await UntilAsync("DELIVERED");
        var both = _calls.Single();
        both.Signature.Split(' ').Length.ShouldBe(2);
        both.IsSignedWith(renewed).ShouldBeTrue();
        (both with { Signature = both.Signature.Split(' ')[1] }).IsSignedWith(previous).ShouldBeTrue();

        // Ends the overlap of the secrets.
        await _installation.ExecuteAsync("update webhook_secrets set previous_until = now()");
        (await PostAsync($"webhooks/deliveries/{delivery.Id}/replay")).Dispose();
        await Eventually.Until(() => _calls.Count == 2, Deadline, "the replay came");
        var one = _calls.Last();
        one.Signature.ShouldNotContain(" ");
        one.IsSignedWith(renewed).ShouldBeTrue();
    }

    [Fact]
    public async Task A_delivery_that_a_receiver_does_not_accept_is_repeated()
    {
        // The receiver rejects, answers without end, and exceeds the time-out. Then it accepts.
        _behave = (context, attempt) => attempt switch
        {
            1 => RejectAsync(context),
            2 => AnswerWithoutEndAsync(context),
            3 => Task.Delay(Timeout.Infinite, context.RequestAborted),
            _ => Task.CompletedTask,
        };
        await IngestAsync(1);

        (await UntilAsync("DELIVERED")).Attempts.ShouldBe(4);
        _calls.Select(call => call.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_receiver_with_invalid_answers_fails_like_any_other()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerInvalidlyAsync(listener);
        await IngestAsync(1, callback: new Uri($"http://{listener.LocalEndpoint}/"));

        var failed = await UntilAsync("FAILED");
        failed.Attempts.ShouldBe(4);
        failed.LastError!.ShouldContain("\uFFFDxxx");
        failed.LastError!.Length.ShouldBeLessThanOrEqualTo(500);
        listener.Stop();
        await answering;
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _behave = (context, _) =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        await IngestAsync(1);

        var failed = await UntilAsync("FAILED");
        failed.LastError!.ShouldContain("redirects are not followed");
        _calls.ShouldAllBe(call => call.Path == "/hook");
        _calls.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_private_address_is_never_called()
    {
        // Another installation with the default settings.
        await using var strict = await Installation.CreateAsync(stack);
        await strict.StartIngestAsync(("Webhooks__SweepInterval", "00:00:02"));
        await strict.StartThumbnailAsync();
        await IngestAsync(1, strict, new UriBuilder(Receiver) { Host = "localhost" }.Uri);

        // A literal address is rejected at submission, see HttpTests. Rows from before a change of the setting are rejected too.
        await strict.ExecuteAsync(
            """
            insert into webhook_deliveries (ingest_id, owner_id, url, status, next_attempt_at, body)
            select id, owner_id, replace(callback_url, 'localhost', host), 'PENDING', now(), '{}'
            from ingests, unnest(array['127.0.0.1', '[::ffff:127.0.0.1]', '0x7f000001', '169.254.169.254']) host
            """);

        var deliveries = (IReadOnlyList<WebhookDelivery>)[];
        await Eventually.Until(
            async () =>
                (deliveries = (await GetAsync<WebhookDeliveries>("webhooks/deliveries?status=FAILED", strict)).Deliveries).Count == 5,
            Deadline,
            "all are rejected");
        deliveries.ShouldAllBe(delivery => delivery.Attempts == 1 && delivery.LastError!.Contains("not an address of the public internet"));
        _calls.ShouldBeEmpty();
    }

    private Uri Receiver => new(new Uri(_receiver.Urls.Single()), "/hook");

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers;
        _calls.Enqueue(new(
            context.Request.Path, headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!,
            Encoding.UTF8.GetString(body.ToArray())));
        await _behave(context, _calls.Count);
    }

    private static Task RejectAsync(HttpContext context)
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    }

    private static async Task AnswerWithoutEndAsync(HttpContext context)
    {
        context.Response.StatusCode = 502;
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(new byte[8192], context.RequestAborted);
    }

    private static async Task AnswerInvalidlyAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var caller = await listener.AcceptSocketAsync();
                await caller.ReceiveAsync(new byte[64 << 10]);
                await caller.SendAsync(Encoding.ASCII.GetBytes($"\0{new string('x', 4_000)}\r\n\r\n"));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task<Guid> IngestAsync(int files, Installation? installation = null, Uri? callback = null) =>
        (await (installation ?? _installation).Client.IngestAsync(
            Enumerable.Range(0, files).Select(i => Samples.Named($"{i}.png", Samples.Png)),
            new Dictionary<string, string> { ["callback_url"] = (callback ?? Receiver).ToString() })).JobId;

    private async Task<WebhookDelivery> UntilAsync(string status)
    {
        WebhookDelivery? found = null;
        await Eventually.Until(
            async () =>
            {
                found = (await GetAsync<WebhookDeliveries>($"webhooks/deliveries?status={status}")).Deliveries.SingleOrDefault();
                return found is not null;
            },
            Deadline, $"the delivery is {status}");
        return found!;
    }

    private async Task<T> GetAsync<T>(string path, Installation? installation = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}") { Headers = { { "X-Api-Key", Installation.Key } } };
        using var response = await (installation ?? _installation).Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options))!;
    }

    private async Task<HttpResponseMessage> PostAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{path}") { Headers = { { "X-Api-Key", Installation.Key } } };
        return await _installation.Http.SendAsync(request);
    }

    private sealed record Call(string Path, string Id, string Timestamp, string Signature, string Body)
    {
        /// <summary>Verifies the signature as docs/webhooks.md describes it.</summary>
        public bool IsSignedWith(string secret)
        {
            try
            {
                new StandardWebhook(secret).Verify(Body, new HeaderDictionary
                {
                    ["webhook-id"] = Id,
                    ["webhook-timestamp"] = Timestamp,
                    ["webhook-signature"] = Signature,
                });
                return true;
            }
            catch (WebhookVerificationException)
            {
                return false;
            }
        }
    }
}
