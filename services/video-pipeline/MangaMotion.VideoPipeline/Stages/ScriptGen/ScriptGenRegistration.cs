using MangaMotion.ServiceDefaults.Configuration;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

internal static class ScriptGenRegistration
{
    /// <summary>Adds the script generator. Claude corrects its lines if the key is set.</summary>
    public static IServiceCollection AddScriptGen(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<CropReader>();
        services.AddSingleton<NeuralLines>();
        services.AddSingleton<EnglishReader>();
        services.AddSingleton<JapaneseReader>();
        services.AddSingleton<PageScribe>();
        services.AddSingleton<ChapterFinder>();
        services.AddSingleton<TitleWriter>();
        services.AddSingleton<IScriptGenerator, ScriptGenerator>();
        services.AddValidatedOptions<ClaudeOptions>(ClaudeOptions.Section);
        if (configuration[ClaudeOptions.KeyVariable] is { Length: > 0 } key)
            services.AddSingleton<ILineWriter>(provider => ActivatorUtilities.CreateInstance<ClaudeLines>(provider, key));
        return services;
    }
}
