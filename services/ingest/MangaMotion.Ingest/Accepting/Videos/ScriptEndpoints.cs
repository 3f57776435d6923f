using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MangaMotion.Api;
using MangaMotion.Comics.Script;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Videos;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Reads and edits of the script of a video.</summary>
internal static class ScriptEndpoints
{
    /// <summary>Largest script, in bytes. The other limits of a script allow far fewer.</summary>
    private const int MaxScriptBytes = 16 << 20;

    private const string Json = "application/json";
    private const string MergePatch = "application/merge-patch+json";

    private const string IfMatchDescription =
        "ETag of the script that was read. If the script has changed since, the answer is 412. Without it, the newest script is edited.";

    private const string QueueDescription =
        "While the video is being made, the answer is 202: the edit waits until it is finished, and the newest edit wins.";

    public static void MapScripts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/videos/{id:guid}/script", GetAsync)
            .WithName("getVideoScript").WithSummary("The newest script, once it is written. Its ETag names this version.")
            .Produces<VideoScript>().ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapPut("/videos/{id:guid}/script", PutAsync)
            .WithName("replaceVideoScript").WithSummary("Replace the script; only the changed parts are made again.")
            .WithDescription(QueueDescription)
            .Accepts<VideoScript>(Json).WithHeader(HeaderNames.IfMatch, IfMatchDescription)
            .Produces<VideoStatus>().Produces<VideoStatus>(202)
            .ProducesProblem(404).ProducesProblem(412).ProducesProblem(413).ProducesProblem(422)
            .RequireScope(Scopes.Submit).Audited();
        api.MapPatch("/videos/{id:guid}/script/shots/{shot}", PatchShotAsync)
            .WithName("editVideoShot")
            .WithSummary("Change members of one shot of the script; only the changed parts are made again.")
            .WithDescription(
                $"A JSON merge patch: members that are sent replace those of the shot, and the others stay. {QueueDescription}")
            .Accepts<JsonElement>(Json, MergePatch).WithHeader(HeaderNames.IfMatch, IfMatchDescription)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                // Generated clients have one body for each operation.
                operation.RequestBody!.Content!.Remove(MergePatch);
                operation.RequestBody.Content[Json].Schema = new OpenApiSchema { Type = JsonSchemaType.Object };
                return Task.CompletedTask;
            })
            .Produces<VideoStatus>().Produces<VideoStatus>(202)
            .ProducesProblem(404).ProducesProblem(412).ProducesProblem(413).ProducesProblem(422)
            .RequireScope(Scopes.Submit).Audited();
        api.MapPost("/videos/{id:guid}/script/preview", PreviewAsync)
            .WithName("previewVideoScript")
            .WithSummary("What replacing the script by this one would make again. Nothing is stored.")
            .Accepts<VideoScript>(Json)
            .Produces<ScriptPreview>().ProducesProblem(404).ProducesProblem(413).ProducesProblem(422).RequireScope(Scopes.Read);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, VideoQuery videos)
    {
        var script = await FindAsync(id, context, videos);
        context.Response.Headers.CacheControl = "private, no-cache";
        return Results.Bytes(ScriptJson.Write(script), "application/json; charset=utf-8", entityTag: CreateTag(script));
    }

    private static async Task<IResult> PutAsync(
        Guid id, HttpContext context, VideoQuery videos, VideoEdits edits, VideoVoices voices)
    {
        await FindAsync(id, context, videos);
        var body = await ReadBodyAsync(context);
        return await EditAsync(id, newest => ReadEdited(body, newest, voices), context, videos, edits);
    }

    private static async Task<IResult> PatchShotAsync(
        Guid id, string shot, HttpContext context, VideoQuery videos, VideoEdits edits, VideoVoices voices)
    {
        await FindAsync(id, context, videos);
        var patch = ReadPatch(await ReadBodyAsync(context));
        return await EditAsync(id, newest => Patch(id, newest, shot, patch, voices), context, videos, edits);
    }

    private static async Task<IResult> PreviewAsync(Guid id, HttpContext context, VideoQuery videos, VideoVoices voices)
    {
        var edited = ReadEdited(await ReadBodyAsync(context), await FindAsync(id, context, videos), voices);
        var made = await videos.FindMadeAsync(id, context.OwnerId(), context.RequestAborted) ?? throw NoScript(id);
        var effect = EditEffect.Create(made.Script, edited);
        List<string> stages =
        [
            .. effect.Lines > 0 ? [VideoStages.VoiceGen] : Array.Empty<string>(),
            .. effect.Segments > 0 ? [VideoStages.VideoGen] : Array.Empty<string>(),
            .. effect.Composes ? [VideoStages.Compositing] : Array.Empty<string>(),
        ];
        var seconds = effect.EstimateSeconds(made.Seconds) is { } estimate ? Math.Round(estimate, 1) : (double?)null;
        return Results.Ok(new ScriptPreview(stages, effect.Shots, effect.Lines, effect.Segments, effect.TotalSegments, seconds));
    }

    private static async Task<IResult> EditAsync(
        Guid id, Func<VideoScript, VideoScript> edit, HttpContext context, VideoQuery videos, VideoEdits edits)
    {
        var expected = context.Request.GetTypedHeaders().IfMatch;
        var done = await edits.EditScriptAsync(
            id,
            newest =>
            {
                var tag = CreateTag(newest);
                if (expected.Count > 0 && !expected.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, true)))
                {
                    throw new ProblemException(
                        412, "script_changed",
                        $"The script of video {id} has changed since it was read. Read it again and repeat the edit.");
                }

                return edit(newest);
            },
            context.RequestAborted) ?? throw NoScript(id);
        context.Response.Headers.ETag = CreateTag(done.Script).ToString();
        var video = await VideoEndpoints.FindAsync(id, context, videos);
        return done.IsQueued ? Results.Accepted($"/api/v1/videos/{id}", video) : Results.Ok(video);
    }

    private static VideoScript ReadEdited(byte[] body, VideoScript original, VideoVoices voices)
    {
        var errors = ScriptJson.ReadEdited(body, original, out var script);
        if (script?.Cast is { } cast && voices.CheckCast(cast).ToArray() is { Length: > 0 } unknown)
            (script, errors) = (null, [.. unknown.Select(error => error with { Field = $"cast.{error.Field}" })]);
        return script ?? throw new ProblemException(
            422, "invalid_script", $"The script is not valid. {errors[0]} The schema is at {ServiceIndex.ScriptSchema}.",
            new Dictionary<string, object?> { ["errors"] = errors, ["schema"] = ServiceIndex.ScriptSchema });
    }

    private static JsonObject ReadPatch(byte[] body)
    {
        try
        {
            if (JsonNode.Parse(body, documentOptions: new() { MaxDepth = 8, AllowDuplicateProperties = false }) is JsonObject patch)
                return patch;
        }
        catch (JsonException)
        {
            // Answered below, as another kind of JSON.
        }

        throw new ProblemException(
            422, "invalid_script", "Send a JSON object with the members of the shot to change, such as {\"line\": \"Good night.\"}.");
    }

    private static VideoScript Patch(Guid id, VideoScript newest, string shot, JsonObject patch, VideoVoices voices)
    {
        var script = JsonNode.Parse(ScriptJson.Write(newest))!;
        var found = script["shots"]!.AsArray().Select(each => each!.AsObject()).FirstOrDefault(each => (string?)each["id"] == shot)
            ?? throw new ProblemException(
                404, "unknown_shot", $"There is no shot '{NearestName.Shorten(shot)}' in the script of video {id}.");
        foreach (var (name, value) in patch)
            found[name] = value?.DeepClone();
        return ReadEdited(Encoding.UTF8.GetBytes(script.ToJsonString()), newest, voices);
    }

    private static EntityTagHeaderValue CreateTag(VideoScript script) =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(ScriptJson.Write(script)).AsSpan(0, 12))}\"");

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        IngestEndpoints.LimitBody(context, MaxScriptBytes);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static async Task<VideoScript> FindAsync(Guid id, HttpContext context, VideoQuery videos) =>
        await videos.FindScriptAsync(id, context.OwnerId(), context.RequestAborted) ?? throw NoScript(id);

    private static ProblemException NoScript(Guid id) => new(
        404, "no_script", $"There is no script of video {id}, it is not written yet, or the video is not yours.");
}
