using MangaMotion.VideoPipeline.Stages.ScriptGen;

namespace MangaMotion.VideoPipeline;

internal static class VideoPipelineRegistration
{
    public static void AddVideoPipeline(this WebApplicationBuilder builder)
    {
        builder.Services.AddScriptGen();
    }
}
