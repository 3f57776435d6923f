using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MangaMotion.VideoPipeline.Tests.ScriptGen;

/// <summary>Answer of the stub.</summary>
internal sealed record Stub(int Status, string Body, string? RetryAfter)
{
    public static Stub Says(string text, string stopReason = "end_turn") => new(
        200,
        JsonSerializer.Serialize(new
        {
            id = "msg_1",
            type = "message",
            role = "assistant",
            model = "claude-sonnet-5-5",
            content = new[] { new { type = "text", text } },
            stop_reason = stopReason,
            stop_sequence = (string?)null,
            usage = new { input_tokens = 10, output_tokens = 20 },
        }),
        null);

    public static Stub Fails(int status, string? retryAfter = null) => new(
        status,
        JsonSerializer.Serialize(new
        {
            type = "error",
            error = new { type = status == 429 ? "rate_limit_error" : "api_error", message = "No." },
            request_id = "req_1",
        }),
        retryAfter);
}

internal sealed record Asked(DateTimeOffset At, IReadOnlyList<string> Headers, JsonNode Body);

/// <summary>
/// Server on loopback that answers <c>POST /v1/messages</c> with its queued answers in turn. Without one, it does not answer.
/// </summary>
internal sealed class ClaudeStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClaudeStub()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/messages", AnswerAsync);
    }

    public ConcurrentQueue<Stub> Answers { get; } = new();

    public List<Asked> Requests { get; } = [];

    public Task Asked => _asked.Task;

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public Task StartAsync() => _app.StartAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        lock (Requests)
            Requests.Add(
                new Asked(DateTimeOffset.UtcNow, [.. context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")], body));
        _asked.TrySetResult();
        if (!Answers.TryDequeue(out var answer))
        {
            // Waits until the caller disconnects.
            var disconnected = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(disconnected.SetResult);
            await disconnected.Task;
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        if (answer.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds;
        await context.Response.WriteAsync(answer.Body);
    }
}
