using MangaMotion.VideoPipeline.Speech;
using MangaMotion.VideoPipeline.Stages;

namespace MangaMotion.VideoPipeline.Rendering;

internal static class FilmRegistration
{
    /// <summary>What speaks, films and composes; needs <c>AddMedia</c>.</summary>
    public static IServiceCollection AddFilm(this IServiceCollection services)
    {
        services.AddSingleton<IShotVoice, ShotVoice>();
        services.AddSingleton<ISegmentRenderer, SegmentRenderer>();
        services.AddSingleton<ICompositor, Compositor>();
        return services;
    }
}
