using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

internal static class VoiceGenRegistration
{
    /// <summary>Adds the voice: ElevenLabs if its key is set, else the local one. It needs <c>AddFilm</c>.</summary>
    public static IServiceCollection AddVoiceGen(this IServiceCollection services)
    {
        services.AddSingleton<ShotVoice>();
        services.AddValidatedOptions<ElevenLabsOptions>(ElevenLabsOptions.Section);
        var key = Environment.GetEnvironmentVariable(ElevenLabsOptions.KeyVariable);
        services.AddSingleton<IShotVoice>(provider => string.IsNullOrEmpty(key)
            ? provider.GetRequiredService<ShotVoice>()
            : ActivatorUtilities.CreateInstance<ElevenLabsVoice>(
                provider, ElevenLabsClient.Create(key, provider.GetRequiredService<IOptions<ElevenLabsOptions>>().Value)));
        return services;
    }
}
