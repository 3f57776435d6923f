using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.VideoPipeline.Providers;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

internal static class ScriptGenRegistration
{
    /// <summary>The stage that writes scripts; by rule alone, unless there is a key to ask somebody better.</summary>
    public static IServiceCollection AddScriptGen(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<PageScribe>();
        services.AddSingleton<IScriptGenerator, ScriptGenerator>();
        services.AddValidatedOptions<ClaudeOptions>(ClaudeOptions.Section);
        if (configuration[ClaudeOptions.KeyVariable] is { Length: > 0 } key)
            services.AddSingleton<ILineWriter>(provider => ActivatorUtilities.CreateInstance<ClaudeLines>(provider, key));
        return services;
    }
}
