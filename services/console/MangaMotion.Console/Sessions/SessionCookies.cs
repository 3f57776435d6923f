using MangaMotion.Console.Pages.Shared;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace MangaMotion.Console.Sessions;

/// <summary>Cookie of the session: <c>__Host-mm</c> over TLS, <c>mm-local</c> over plain http on loopback.</summary>
internal static class SessionCookies
{
    public const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    /// <summary>Idle time after which a session ends.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromHours(12);

    /// <summary>Time after the login at which a session ends, used or not.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    private const string LoggedInAt = "logged_in_at";

    public static void AddSessions(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHttpContextAccessor();
        services.AddScoped(provider => Session.Read(provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.User)!);
        services.AddAuthentication(Scheme).AddCookie(Configure);
        services.AddAuthorizationBuilder().SetFallbackPolicy(null);
        services.AddAntiforgery(ConfigureForms);
        services.AddSingleton<LoginLimit>();
        services.AddSingleton<LoginLinks>();

        var keys = services.AddDataProtection().SetApplicationName("MangaMotion.Console");
        if (builder.Configuration[$"{ConsoleOptions.Section}:DataProtection:Directory"] is { Length: > 0 } folder)
        {
            keys.PersistKeysToFileSystem(
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
        else
        {
            keys.UseEphemeralDataProtectionProvider();
        }
    }

    public static Task SignInAsync(HttpContext context, Session session, TimeProvider clock)
    {
        var properties = new AuthenticationProperties { IsPersistent = true };
        properties.SetString(LoggedInAt, clock.GetUtcNow().ToString("O"));
        return context.SignInAsync(Scheme, session.ToPrincipal(Scheme), properties);
    }

    private static void Configure(CookieAuthenticationOptions options)
    {
        options.CookieManager = new CookieNames();
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Cookie.Path = "/";
        options.ExpireTimeSpan = IdleTime;
        options.SlidingExpiration = true;
        options.LoginPath = Routes.Login;
        options.ReturnUrlParameter = "to";
        options.Events.OnValidatePrincipal = EndOldSession;
    }

    private static void ConfigureForms(AntiforgeryOptions options)
    {
        options.FormFieldName = FormToken.Field;
        options.HeaderName = FormToken.Header;
        options.Cookie.Name = "mm-form";
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
    }

    private static Task EndOldSession(CookieValidatePrincipalContext context)
    {
        var clock = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        if (!DateTimeOffset.TryParse(context.Properties.GetString(LoggedInAt), out var since) || clock.GetUtcNow() - since > MaxAge)
            context.RejectPrincipal();
        return Task.CompletedTask;
    }

    /// <summary>Names the cookie by the scheme of the request. The prefix <c>__Host-</c> is valid over TLS only.</summary>
    private sealed class CookieNames : ICookieManager
    {
        private readonly ChunkingCookieManager _inner = new();

        public string? GetRequestCookie(HttpContext context, string key) => _inner.GetRequestCookie(context, Name(context));

        public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
            _inner.AppendResponseCookie(context, Name(context), value, options);

        public void DeleteCookie(HttpContext context, string key, CookieOptions options) =>
            _inner.DeleteCookie(context, Name(context), options);

        private static string Name(HttpContext context) => context.Request.IsHttps ? "__Host-mm" : "mm-local";
    }
}
