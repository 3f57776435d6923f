using MangaMotion.Client;
using MangaMotion.Comics.Script;
using MangaMotion.Console.Live;
using MangaMotion.Console.Media;
using MangaMotion.Console.Pages.Creator;
using MangaMotion.Console.Pages.Operator;
using MangaMotion.Console.Pages.Shared;
using MangaMotion.Console.Sessions;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.ServiceDefaults.Health;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MangaMotion.Console;

/// <summary>The web page for creators and operators.</summary>
public static class ConsoleRegistration
{
    public static void AddConsole(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        // Otherwise the files of a build are read again and sent uncompressed, as while they are edited.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        var services = builder.Services;
        services.AddValidatedOptions<ConsoleOptions>(ConsoleOptions.Section);
        services.AddRazorComponents(components => components.DetailedErrors = false);
        services.AddSingleton<ApiConnections>();
        services.AddScoped(CreateClient);
        services.AddSingleton<LiveHub>();
        services.AddSingleton<SystemState>();
        services.AddSingleton<PausedQueues>();
        services.AddReadinessCheck<ApiCheck>("api");
        services.AddMediaRelay();
        // A form that stalls on a phone's network, or on a busy machine, is read nevertheless.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = new(240, TimeSpan.FromMinutes(1)));
        // The editor of a script sends five fields for each shot.
        services.Configure<FormOptions>(form => form.ValueCountLimit = (5 * ScriptLimits.MaxShots) + 100);
        // Pages have no secret beside text that the reader sent: the form token differs in each answer.
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
        builder.AddSessions();
    }

    public static void MapConsole(this WebApplication app)
    {
        app.UseResponseCompression();
        app.UseAuthentication();
        app.UseMiddleware<PageErrors>();
        app.UseMiddleware<RequestGuard>();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets();
        // Pages are read only: forms have handlers of their own at the same paths.
        app.MapRazorComponents<App>()
            .Finally(endpoint => endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head])));
        app.MapLogin();
        app.MapLive();
        app.MapMediaRelay();
        app.MapUploadRelay();

        var forms = app.MapGroup("").RequireAuthorization().AddEndpointFilter<ChangeLog>();
        forms.MapCreatorForms();
        forms.MapEditForm();
        forms.MapCastForm();
        forms.MapOperatorForms();
        forms.MapPost("/theme", Theme.Choose);
    }

    private static MangaMotionClient CreateClient(IServiceProvider provider) =>
        provider.GetRequiredService<ApiConnections>().CreateClient(provider.GetRequiredService<Session>().ApiKey);
}
