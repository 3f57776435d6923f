using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>Forms of the operator's pages.</summary>
internal static class OperatorForms
{
    public static void MapOperatorForms(this IEndpointRouteBuilder app)
    {
        app.MapPost("/ops/dead/{fingerprint}/replay", ReplayGroupAsync);
        app.MapPost("/ops/dead/replay", ReplayAllAsync);
        app.MapPost("/ops/queues/{name}/pause", PauseAsync);
        app.MapPost("/ops/queues/{name}/resume", ResumeAsync);
        app.MapPost("/ops/workers/{id}/drain", DrainAsync);
        app.MapPost("/ops/workers/{id}/resume", ResumeWorkerAsync);
        app.MapPost("/ops/webhooks/{id:guid}/replay", SendAgainAsync);
        app.MapPost(Routes.Keys, CreateKeyAsync);
        app.MapPost("/ops/keys/{id:guid}/revoke", RevokeKeyAsync);
    }

    private static async Task<IResult> ReplayGroupAsync(
        string fingerprint, [FromForm(Name = "canary")] bool? canary, HttpContext context, MangaMotionClient client)
    {
        var request = new ReplayFailedJobs { Fingerprint = fingerprint, Canary = canary == true };
        var replay = await client.ReplayFailedJobsAsync(request, context.RequestAborted);
        return Answers.Go($"{Routes.Replays}/{replay.Id}");
    }

    private static async Task<IResult> ReplayAllAsync(
        [FromForm(Name = "canary")] bool? canary, HttpContext context, MangaMotionClient client)
    {
        var replay = await client.ReplayFailedJobsAsync(new() { All = true, Canary = canary == true }, context.RequestAborted);
        return Answers.Go($"{Routes.Replays}/{replay.Id}");
    }

    private static async Task<IResult> PauseAsync(
        string name, IFormCollection form, HttpContext context, MangaMotionClient client, PausedQueues queues)
    {
        var (reason, until) = ($"{form[$"reason:{name}"]}", $"{form[$"until:{name}"]}");
        DateTimeOffset? end = null;
        if (until.Length > 0)
        {
            end = DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : throw new BadHttpRequestException("The end of the pause is not a time. Nothing was paused.");
        }

        var pause = new PauseQueue { Reason = reason, Until = end, AllLanes = form.ContainsKey($"all:{name}") };
        await client.PauseQueueAsync(name, pause, context.RequestAborted);
        queues.Forget();
        return Answers.Back(context, Note.Paused);
    }

    private static async Task<IResult> ResumeAsync(string name, HttpContext context, MangaMotionClient client, PausedQueues queues)
    {
        await client.ResumeQueueAsync(name, resume: null, context.RequestAborted);
        queues.Forget();
        return Answers.Back(context, Note.Resumed);
    }

    private static async Task<IResult> DrainAsync(string id, HttpContext context, MangaMotionClient client)
    {
        await client.DrainWorkerAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Draining);
    }

    private static async Task<IResult> ResumeWorkerAsync(string id, HttpContext context, MangaMotionClient client)
    {
        await client.ResumeWorkerAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Resumed);
    }

    private static async Task<IResult> SendAgainAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        await client.ReplayWebhookDeliveryAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Sent);
    }

    /// <summary>Creates a key and shows it in the answer, once: it is never part of an address.</summary>
    private static async Task<RazorComponentResult<KeyCreatedPage>> CreateKeyAsync(
        IFormCollection form, HttpContext context, MangaMotionClient client)
    {
        var created = await client.CreateApiKeyAsync(new($"{form["name"]}", [.. form["scope"].OfType<string>()]), context.RequestAborted);
        return new(new Dictionary<string, object?> { [nameof(KeyCreatedPage.Created)] = created }) { PreventStreamingRendering = true };
    }

    private static async Task<IResult> RevokeKeyAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        await client.RevokeApiKeyAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Revoked);
    }
}
