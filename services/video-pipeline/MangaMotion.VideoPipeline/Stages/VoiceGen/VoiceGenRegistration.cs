using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.VideoPipeline.Providers;
using MangaMotion.VideoPipeline.Speech;
using MangaMotion.VideoPipeline.Stages;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Rendering;

internal static class FilmRegistration
{
    /// <summary>What speaks, films and composes; needs <c>AddMedia</c>. Providers are there where their keys are.</summary>
    public static IServiceCollection AddFilm(this IServiceCollection services)
    {
        services.AddSingleton<ShotVoice>();
        services.AddSingleton<SegmentRenderer>();
        services.AddSingleton<ICompositor, Compositor>();
        services.AddElevenLabs(Environment.GetEnvironmentVariable(ElevenLabsOptions.KeyVariable));
        services.AddReplicate(Environment.GetEnvironmentVariable(ReplicateOptions.KeyVariable));
        return services;
    }

    private static void AddElevenLabs(this IServiceCollection services, string? key)
    {
        services.AddValidatedOptions<ElevenLabsOptions>(ElevenLabsOptions.Section);
        services.AddSingleton<IShotVoice>(provider => string.IsNullOrEmpty(key)
            ? provider.GetRequiredService<ShotVoice>()
            : ActivatorUtilities.CreateInstance<ElevenLabsVoice>(provider, ElevenLabsClient.Create(key, provider.GetRequiredService<IOptions<ElevenLabsOptions>>().Value)));
    }

    /// <summary>A model is asked for besides the key: it costs money for each shot, and which one is a matter of taste.</summary>
    private static void AddReplicate(this IServiceCollection services, string? key)
    {
        services.AddValidatedOptions<ReplicateOptions>(ReplicateOptions.Section);
        services.AddSingleton<ISegmentRenderer>(provider => provider.GetRequiredService<IOptions<ReplicateOptions>>().Value is { Model: not null } options && !string.IsNullOrEmpty(key)
            ? ActivatorUtilities.CreateInstance<ReplicateCamera>(provider, ReplicateClient.Create(key, options))
            : provider.GetRequiredService<SegmentRenderer>());
    }
}
