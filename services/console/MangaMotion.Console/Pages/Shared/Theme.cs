using Microsoft.AspNetCore.Mvc;

namespace MangaMotion.Console.Pages.Shared;

/// <summary>Colour scheme of the pages: that of the system, or one that was chosen.</summary>
internal static class Theme
{
    public const string Cookie = "mm-theme";
    public const string Light = "light";
    public const string Dark = "dark";

    public static string? Read(HttpRequest request) => request.Cookies[Cookie] is (Light or Dark) and var theme ? theme : null;

    public static IResult Choose([FromForm(Name = "theme")] string? theme, HttpContext context)
    {
        var options = new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
        };
        if (theme is Light or Dark)
            context.Response.Cookies.Append(Cookie, theme, options);
        else
            context.Response.Cookies.Delete(Cookie, options);
        return Answers.Back(context, note: null);
    }
}
