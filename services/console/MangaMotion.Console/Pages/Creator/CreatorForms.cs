using MangaMotion.Client;
using MangaMotion.Console.Media;
using MangaMotion.Console.Pages.Shared;
using MangaMotion.Console.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>Forms of the creator's pages.</summary>
internal static class CreatorForms
{
    /// <summary>Field with the key that makes a form that was sent twice one submission.</summary>
    public const string OnceField = "once";

    private const string UploadsField = "uploads";

    public static void MapCreatorForms(this IEndpointRouteBuilder app)
    {
        app.MapPost(Routes.Videos, CreateVideoAsync).WithMetadata(new FormToken.ReadByHandler());
        app.MapPost(Routes.Ingests, CreateIngestAsync).WithMetadata(new FormToken.ReadByHandler());
        app.MapPost("/videos/sample", CreateSampleAsync);
        app.MapPost("/videos/{id:guid}/approve", ApproveAsync);
        app.MapPost("/uploads/{id:guid}/delete", DeleteUploadAsync);
        app.MapPost("/jobs/{id:guid}/cancel", CancelAsync);
        app.MapPost("/jobs/{id:guid}/replay", ReplayAsync);
        app.MapPost("/ingests/{id:guid}/video", CreateVideoOfIngestAsync);
    }

    private static async Task CreateVideoAsync(HttpContext context, MangaMotionClient client, IAntiforgery antiforgery)
    {
        const string Missing = "Choose a chapter: a CBZ, CBR, CB7, CBT, ZIP, EPUB or PDF, or its page images.";
        if (await OpenAsync(context, antiforgery, Missing) is not { } form)
            return;
        using (form)
        {
            var (once, uploads) = (Take(form, OnceField), TakeUploads(form));
            var accepted = uploads.Count > 0
                ? await client.CreateVideoAsync(uploads, WriteFields(form), once, context.RequestAborted)
                : await client.CreateVideoAsync(form, once, context.RequestAborted);
            await Answers.Go(accepted.Videos.Count > 1 ? Routes.Videos : Routes.Video(accepted.Id)).ExecuteAsync(context);
        }
    }

    private static async Task CreateIngestAsync(HttpContext context, MangaMotionClient client, IAntiforgery antiforgery)
    {
        if (await OpenAsync(context, antiforgery, "Choose one or more files.") is not { } form)
            return;
        using (form)
        {
            var (once, uploads) = (Take(form, OnceField), TakeUploads(form));
            var accepted = uploads.Count > 0
                ? await client.IngestAsync(uploads, WriteFields(form), once, context.RequestAborted)
                : await client.IngestAsync(form, once, context.RequestAborted);
            await Answers.Go(Routes.Ingest(accepted.JobId)).ExecuteAsync(context);
        }
    }

    private static async Task<IResult> CreateSampleAsync(HttpContext context, MangaMotionClient client)
    {
        var file = new FileToSend(SampleChapter.FileName, SampleChapter.Open);
        var fields = new Dictionary<string, string> { ["title"] = SampleChapter.Title, ["direction"] = "ltr", ["language"] = "en" };
        var accepted = await client.CreateVideoAsync([file], fields, idempotencyKey: null, context.RequestAborted);
        return Answers.Go(Routes.Video(accepted.Id));
    }

    private static async Task<IResult> ApproveAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        await client.ApproveVideoAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Approved);
    }

    private static async Task<IResult> DeleteUploadAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        await client.DeleteUploadAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Deleted);
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        await client.CancelJobAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Canceled);
    }

    private static async Task<IResult> ReplayAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        await client.ReplayJobAsync(id, context.RequestAborted);
        return Answers.Back(context, Note.Replayed);
    }

    private static async Task<IResult> CreateVideoOfIngestAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        var accepted = await client.CreateVideoAsync(new() { IngestId = id }, context.RequestAborted);
        return Answers.Go(Routes.Video(accepted.Id));
    }

    /// <summary>Opens a form with files and checks its token, which is its first field; null if it was answered.</summary>
    private static async Task<StreamedForm?> OpenAsync(HttpContext context, IAntiforgery antiforgery, string advice)
    {
        // The API has the limits; this relay holds no more than a buffer.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var form = await StreamedForm.OpenAsync(context.Request, context.RequestAborted);
        context.Request.Headers[FormToken.Header] = form is null ? "" : Take(form, FormToken.Field);
        if (form is null || !await antiforgery.IsRequestValidAsync(context))
        {
            form?.Dispose();
            await Answers.WriteAsync(
                context, StatusCodes.Status400BadRequest, "This form was not sent by this page",
                "Nothing was uploaded. Go back, reload the page and try again.");
            return null;
        }

        if (form.HasFile || form.Fields.ContainsKey(UploadsField))
            return form;
        form.Dispose();
        await Answers.WriteAsync(context, StatusCodes.Status400BadRequest, "No file was chosen", advice);
        return null;
    }

    /// <summary>Takes the ids of the files that script has uploaded, separated by spaces.</summary>
    private static List<Guid> TakeUploads(StreamedForm form) =>
        [.. (Take(form, UploadsField) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => Guid.TryParse(id, out var upload)
                ? upload
                : throw new BadHttpRequestException("The form names an invalid upload."))];

    private static Dictionary<string, string> WriteFields(StreamedForm form) =>
        form.Fields.Where(field => field.Value.Length > 0).ToDictionary(field => field.Key, field => field.Value);

    private static string? Take(StreamedForm form, string field) => form.Fields.Remove(field, out var value) ? value : null;
}
