using System.ComponentModel.DataAnnotations;
using MangaMotion.Api;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Accepting.Quotas;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Ingest.Reading.Assets;
using MangaMotion.Ingest.Reading.Videos;
using MangaMotion.Jobs.Replays;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using MangaMotion.Videos;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Videos;

internal static class VideoEndpoints
{
    private const string KeyDescription =
        "1 to 255 printable characters of your choice; the same key with the same request gets the same answer. Kept for a day.";

    public static void MapVideos(this IEndpointRouteBuilder api)
    {
        api.MapPost("/videos", AcceptAsync)
            .WithName("createVideo").WithSummary("Submit a chapter; a narrated video is made of it.")
            .WithDescription(
                "As JSON, `{\"ingest_id\": …}` or `{\"uploads\": [{\"upload_id\": …}]}` with the same fields makes a video of the files of "
                + "an ingest or of uploads.")
            .Accepts<VideoForm>("multipart/form-data", "application/json")
            .WithJsonBodyOf("createVideoOfIngest")
            .WithHeader(IdempotencyKeys.Header, KeyDescription)
            .Produces<VideoAccepted>(202)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422)
            .RequireScope(Scopes.Submit);
        // Generated clients have one body for each operation, so the JSON body has an operation of its own.
        api.MapPost("/ingest/{id:guid}/videos", AcceptOfIngestAsync)
            .WithName("createVideoOfIngest").WithSummary("Make a narrated video of the files of an ingest.")
            .Accepts<VideoFields>("application/json")
            .WithHeader(IdempotencyKeys.Header, KeyDescription)
            .Produces<VideoAccepted>(202)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422)
            .RequireScope(Scopes.Submit);
        api.MapGet("/videos", ListAsync)
            .WithName("listVideos")
            .WithSummary("Videos, newest first, by state, collection, or part of the title (q).")
            .Produces<VideoList>().ProducesProblem(400).RequireScope(Scopes.Read);
        api.MapGet("/voices", (VideoVoices voices) => Results.Ok(new VoiceList(voices.All)))
            .WithName("listVoices").WithSummary("Voices that a video can name.")
            .Produces<VoiceList>().RequireKey();
        api.MapGet("/videos/{id:guid}", GetAsync)
            .WithName("getVideo").WithSummary("Progress of a video: its stages, its shots and, when it is done, its files.")
            .Produces<VideoStatus>().ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapPost("/videos/{id:guid}/approve", ApproveAsync)
            .WithName("approveVideo").WithSummary("Continue a video that waits for approval or stopped after a stage.")
            .Produces<VideoStatus>().ProducesProblem(404).ProducesProblem(409).RequireScope(Scopes.Submit).Audited();
        api.MapGet("/videos/{id:guid}/pages/{page:int}", GetPageAsync)
            .WithName("getVideoPage").WithSummary("The picture of a page: a redirect to the store, or its bytes.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/videos/{id:guid}/pages/{page:int}/panels/{panel:int:min(1)}", GetThumbnailAsync)
            .WithName("getVideoPanel")
            .WithSummary("A thumbnail of a panel as it was found, by its place in reading order: a redirect to the store, or its bytes.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/videos/{id:guid}/shots/{shot}/{file}", GetShotFileAsync)
            .WithName("getVideoShotFile")
            .WithSummary("The spoken line (voice) or the moving picture (segment) of a shot: a redirect to the store, or its bytes.")
            .WithDescription(
                "Both can be read while the video is made. They belong to the script that was made last, or to the newest script if a "
                + "preview of the shot was requested since.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/videos/{id:guid}/{variant}", GetFileAsync)
            .WithName("getVideoFile").WithSummary("A result (video, subtitles, transcript, poster): a redirect to the store, or its bytes.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapGet("/videos/{id:guid}/variants/{name}", GetPosterVariantAsync)
            .WithName("getVideoPosterVariant")
            .WithSummary("A variant of the poster that the caller chose: a redirect to the store, or its bytes.")
            .Produces(200).Produces(302).ProducesProblem(404).RequireScope(Scopes.Read);
    }

    private static Task<IResult> AcceptAsync(
        HttpContext context, VideoAcceptor acceptor, IdempotencyKeys keys, OwnerQuotas quotas, IOptions<IngestOptions> options) =>
        AcceptFromAsync(sourceId: null, context, acceptor, keys, quotas, options);

    private static Task<IResult> AcceptOfIngestAsync(
        Guid id, HttpContext context, VideoAcceptor acceptor, IdempotencyKeys keys, OwnerQuotas quotas, IOptions<IngestOptions> options) =>
        AcceptFromAsync(id, context, acceptor, keys, quotas, options);

    private static async Task<IResult> AcceptFromAsync(
        Guid? sourceId, HttpContext context, VideoAcceptor acceptor, IdempotencyKeys keys, OwnerQuotas quotas,
        IOptions<IngestOptions> options)
    {
        IngestEndpoints.LimitBody(context, options.Value.MaxRequestBytes);
        var owner = context.OwnerId();
        await using var idempotent = await keys.BeginAsync(context.Request, owner, context.RequestAborted);
        if (idempotent is not { IsRepeated: true })
            await quotas.CheckAsync(owner, context.Request.ContentLength, context.RequestAborted);
        return await acceptor.AcceptAsync(new(context.Request, owner, idempotent, SourceId: sourceId), context.RequestAborted);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, VideoListQuery videos, OwnerFilter owners, [Values(typeof(VideoListStates))] string? state,
        string? collection, string? q, string? owner, string? pageToken, [Range(
            1, ListQuery.MaxPageSize)] int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await videos.ListAsync(
            await owners.ResolveAsync(context, owner), state, collection, q, pageToken, pageSize, context.RequestAborted));

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, VideoQuery videos) =>
        Results.Ok(await FindAsync(id, context, videos));

    private static async Task<IResult> ApproveAsync(Guid id, HttpContext context, VideoQuery videos, VideoEdits edits)
    {
        var video = await FindAsync(id, context, videos);
        return await edits.ApproveAsync(id, context.RequestAborted) == JobChange.Changed
            ? Results.Ok(await FindAsync(id, context, videos))
            : throw new ProblemException(409, "nothing_to_approve", $"Video {id} is {video.State} and does not wait for approval.");
    }

    private static async Task<IResult> GetPageAsync(
        Guid id, int page, HttpContext context, VideoQuery videos, IObjectStore store, IOptions<IngestOptions> options) =>
        await videos.FindPageAsync(id, context.OwnerId(), page, context.RequestAborted) is { } key
            ? await AssetEndpoints.AnswerAsync(new(key, null), context, store, options.Value)
            : throw new ProblemException(
                404, "unknown_page", $"There is no picture of page {page} of video {id}, it is not read yet, or the video is not yours.");

    private static async Task<IResult> GetThumbnailAsync(
        Guid id, int page, int panel, HttpContext context, VideoQuery videos, IObjectStore store, IOptions<IngestOptions> options) =>
        await videos.FindThumbnailAsync(id, context.OwnerId(), page, panel, context.RequestAborted) is { } key
            ? await AssetEndpoints.AnswerAsync(new(key, null), context, store, options.Value)
            : throw new ProblemException(404, "unknown_panel",
                $"There is no thumbnail of panel {panel} on page {page} of video {id}, it is not read yet, or the video is not yours.");

    private static async Task<IResult> GetShotFileAsync(
        Guid id, string shot, [Values(typeof(ShotFiles))] string file, HttpContext context, VideoQuery videos, IObjectStore store,
        IOptions<IngestOptions> options)
    {
        var key = file switch
        {
            ShotFiles.Voice => await videos.FindShotVoiceAsync(id, context.OwnerId(), shot, context.RequestAborted),
            ShotFiles.Segment => await videos.FindShotSegmentAsync(id, context.OwnerId(), shot, context.RequestAborted),
            _ => throw new ProblemException(
                404, "unknown_file", $"A shot has no '{NearestName.Shorten(file)}'; it has {string.Join(", ", ShotFiles.All)}."),
        };
        return key is not null
            ? await AssetEndpoints.AnswerAsync(new(key, null), context, store, options.Value)
            : throw new ProblemException(404, "unknown_file",
                $"There is no {file} of shot '{NearestName.Shorten(shot)}' of video {id}, it is not made yet, or the video is not yours.");
    }

    private static async Task<IResult> GetFileAsync(
        Guid id, [Values(typeof(VideoVariants))] string variant, HttpContext context, VideoQuery videos, IObjectStore store,
        IOptions<IngestOptions> options)
    {
        if (!VideoVariants.All.Contains(variant))
        {
            throw new ProblemException(
                404, "unknown_variant", $"A video has no '{variant}'; it has {string.Join(", ", VideoVariants.All)}.");
        }

        return await videos.FindFileAsync(id, context.OwnerId(), variant, context.RequestAborted) is { } key
            ? await AssetEndpoints.AnswerAsync(
                new(key, await FindFileNameAsync(id, variant, key, context, videos)), context, store, options.Value)
            : throw new ProblemException(
                404, "unknown_file", $"There is no {variant} of video {id}, it is not made yet, or the video is not yours.");
    }

    private static async Task<IResult> GetPosterVariantAsync(
        Guid id, string name, HttpContext context, VideoQuery videos, IObjectStore store, IOptions<IngestOptions> options) =>
        await videos.FindFileAsync(id, context.OwnerId(), VideoFile.PosterVariant(name), context.RequestAborted) is { } key
            ? await AssetEndpoints.AnswerAsync(new(key, null), context, store, options.Value)
            : throw new ProblemException(404, "unknown_variant",
                $"There is no variant '{NearestName.Shorten(name)}' of the poster of video {id}, it is not made yet, "
                + "or the video is not yours.");

    /// <summary>Finds the name under which a browser saves a result: the title of the video. A poster is shown, not saved.</summary>
    private static async Task<string?> FindFileNameAsync(Guid id, string variant, string key, HttpContext context, VideoQuery videos) =>
        variant == VideoVariants.Poster ? null
            : $"{(await videos.FindScriptAsync(id, context.OwnerId(), context.RequestAborted))?.Title ?? variant}{Path.GetExtension(key)}";

    public static async Task<VideoStatus> FindAsync(Guid id, HttpContext context, VideoQuery videos) =>
        await videos.FindAsync(id, context.OwnerId(), context.RequestAborted) is { } video
            ? VideoAnswers.ToStatus(id, video)
            : throw new ProblemException(404, "unknown_video", $"There is no video {id}, or it is not yours.");
}
