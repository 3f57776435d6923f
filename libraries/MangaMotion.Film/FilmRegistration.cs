using MangaMotion.Film.Captions;
using MangaMotion.Film.Composition;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Lettering;
using MangaMotion.Film.Pages;
using MangaMotion.Film.Speech;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Film;

public static class FilmRegistration
{
    /// <summary>
    /// Adds <see cref="PageReader"/>, <see cref="TextRecognizer"/>, <see cref="SpeechSynthesizer"/>, <see cref="CaptionFonts"/>,
    /// <see cref="FrameEncoder"/> and <see cref="FilmComposer"/>. They need <c>AddMedia</c>.
    /// </summary>
    public static IServiceCollection AddFilm(this IServiceCollection services)
    {
        services.AddSingleton<PageReader>();
        services.AddSingleton<TextRecognizer>();
        services.AddSingleton<SpeechSynthesizer>();
        services.AddSingleton<CaptionFonts>();
        services.AddSingleton<FrameEncoder>();
        services.AddSingleton<FilmComposer>();
        return services;
    }
}
