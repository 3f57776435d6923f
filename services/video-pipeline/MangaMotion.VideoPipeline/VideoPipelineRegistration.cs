using MangaMotion.Media;
using MangaMotion.VideoPipeline.Rendering;
using MangaMotion.VideoPipeline.Stages.ScriptGen;

namespace MangaMotion.VideoPipeline;

internal static class VideoPipelineRegistration
{
    public static void AddVideoPipeline(this WebApplicationBuilder builder)
    {
        builder.Services.AddMedia();
        builder.Services.AddScriptGen(builder.Configuration);
        builder.Services.AddFilm();
    }
}
