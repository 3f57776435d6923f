using MangaMotion.Console.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace MangaMotion.Console.Pages.Shared;

/// <summary>Answers that are not a page of their own.</summary>
internal static class Answers
{
    /// <summary>Writes a page with one message.</summary>
    public static Task WriteAsync(HttpContext context, int status, string title, string? detail, string? code = null, string? trace = null)
    {
        var page = new RazorComponentResult<MessagePage>(new Dictionary<string, object?>
        {
            [nameof(MessagePage.Title)] = title,
            [nameof(MessagePage.Detail)] = detail,
            [nameof(MessagePage.Code)] = code,
            [nameof(MessagePage.Trace)] = trace,
            [nameof(MessagePage.Back)] = GetReferrer(context),
        })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        };
        return page.ExecuteAsync(context);
    }

    /// <summary>Returns to the page that has sent the form.</summary>
    /// <param name="note">Name of a note to show; null: none.</param>
    public static IResult Back(HttpContext context, string? note)
    {
        var path = GetReferrer(context) ?? Routes.Videos;
        var target = path.Split('?', 2);
        var query = QueryHelpers.ParseQuery(target.ElementAtOrDefault(1));
        query.Remove(Note.Parameter);
        if (note is not null)
            query[Note.Parameter] = note;
        return Go(QueryHelpers.AddQueryString(target[0], query));
    }

    /// <summary>
    /// Gives a page the status 404. The status is set when the answer starts: the renderer writes no page if it is 404 before.
    /// </summary>
    public static void MarkGone(HttpContext context) => context.Response.OnStarting(() =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    /// <summary>Redirects with 303, so that a reload does not send the form again.</summary>
    public static IResult Go(string path) => new SeeOther(path);

    /// <summary>Ends the session because the API rejects its key.</summary>
    public static async Task EndSessionAsync(HttpContext context)
    {
        await context.SignOutAsync(SessionCookies.Scheme);
        context.Response.Redirect($"{Routes.Login}?ended=1");
    }

    private static string? GetReferrer(HttpContext context) =>
        Uri.TryCreate(context.Request.Headers.Referer, UriKind.Absolute, out var from) && from.Authority == context.Request.Host.Value
            ? Routes.ToLocal(from.PathAndQuery)
            : null;

    private sealed class SeeOther(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
