<<<<<<< HEAD
using MangaMotion.VideoPipeline.Stages.ScriptGen;
=======
using MangaMotion.Media;
using MangaMotion.VideoPipeline.Rendering;
>>>>>>> 59bef0a (Voice, camera and compositor behind the seams of the video service; tests on encoded videos of the bundled chapter)

namespace MangaMotion.VideoPipeline;

internal static class VideoPipelineRegistration
{
    public static void AddVideoPipeline(this WebApplicationBuilder builder)
    {
<<<<<<< HEAD
        builder.Services.AddScriptGen();
=======
        builder.Services.AddMedia();
        builder.Services.AddFilm();
>>>>>>> 59bef0a (Voice, camera and compositor behind the seams of the video service; tests on encoded videos of the bundled chapter)
    }
}
