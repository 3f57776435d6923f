using MangaMotion.Client;
using MangaMotion.Console.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>The form of the editor: preview of the effect, preview of one shot, and save.</summary>
internal static class EditForm
{
    /// <summary>Field with the id of the shot to preview.</summary>
    public const string ShotField = "shot";

    private const string PreviewField = "preview";

    public static void MapEditForm(this IEndpointRouteBuilder app)
    {
        app.MapPost("/videos/{id:guid}/edit", EditAsync);
        app.MapGet("/videos/{id:guid}/edit/shots/{shot}", ShowShotAsync);
    }

    /// <summary>Renders the files of a shot whose preview was requested.</summary>
    private static async Task<IResult> ShowShotAsync(Guid id, string shot, HttpContext context, MangaMotionClient client)
    {
        var video = await client.GetVideoAsync(id, context.RequestAborted);
        var made = video.Shots.FirstOrDefault(each => each.Id == shot);
        return new RazorComponentResult<ShotFilesView>(new { Video = id, Shot = shot, Made = made, IsPreviewed = true });
    }

    private static async Task<IResult> EditAsync(Guid id, HttpContext context, MangaMotionClient client)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var stored = await client.GetScriptAsync(id, context.RequestAborted);
        var submitted = new SubmittedEdit(stored.Script, ScriptEdit.Merge(stored.Script, form));
        if (submitted.Edit.Script is not { } script)
            return Show(context, submitted, StatusCodes.Status409Conflict);

        try
        {
            if (form.ContainsKey(PreviewField) || context.Request.Query.ContainsKey(PreviewField))
            {
                var preview = await client.PreviewScriptAsync(id, script, context.RequestAborted);
                return context.Request.Headers.ContainsKey("HX-Request")
                    ? new RazorComponentResult<EditEffectLine>(new { Preview = preview })
                    : Show(context, submitted with { Preview = preview }, StatusCodes.Status200OK);
            }

            if (form[ShotField] is [{ Length: > 0 } shot])
            {
                if (submitted.Edit.Edited.Count > 0)
                    await client.PutScriptAsync(id, script, stored.Version, context.RequestAborted);
                await client.PreviewShotAsync(id, shot, context.RequestAborted);
                return Answers.Go($"{Routes.Video(id)}/edit?{ShotField}={Uri.EscapeDataString(shot)}#e-{Uri.EscapeDataString(shot)}");
            }

            var video = await client.PutScriptAsync(id, script, stored.Version, context.RequestAborted);
            return Answers.Go($"{Routes.Video(id)}?{Note.Parameter}={(video.EditQueued ? Note.Queued : Note.Saved)}");
        }
        catch (MangaMotionException refused) when (refused.Problem.Status is StatusCodes.Status412PreconditionFailed)
        {
            // Another edit came between the read and the write: merge again.
            return await EditAsync(id, context, client);
        }
        catch (MangaMotionException refused) when (refused.Problem.Status is StatusCodes.Status422UnprocessableEntity)
        {
            return Show(context, submitted with { Failure = Failure.Describe(refused) }, StatusCodes.Status422UnprocessableEntity);
        }
    }

    /// <summary>Renders the page of this address with the submitted form.</summary>
    private static RazorComponentResult<App> Show(HttpContext context, SubmittedEdit submitted, int status)
    {
        context.Features.Set(submitted);
        return new() { StatusCode = status, PreventStreamingRendering = true };
    }
}
