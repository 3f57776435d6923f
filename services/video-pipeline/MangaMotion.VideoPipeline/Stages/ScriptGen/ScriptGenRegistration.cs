namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

internal static class ScriptGenRegistration
{
    public static IServiceCollection AddScriptGen(this IServiceCollection services) => services
        .AddSingleton<PageScribe>()
        .AddSingleton<IScriptGenerator, LocalScriptGenerator>();
}
