using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

internal static class VideoGenRegistration
{
    /// <summary>
    /// Adds the renderer: Replicate if its token and a model are set, else the local camera. The model is required because each shot costs
    /// money and models differ in taste. It needs <c>AddFilm</c>.
    /// </summary>
    public static IServiceCollection AddVideoGen(this IServiceCollection services)
    {
        services.AddSingleton<SegmentRenderer>();
        services.AddValidatedOptions<ReplicateOptions>(ReplicateOptions.Section);
        var key = Environment.GetEnvironmentVariable(ReplicateOptions.KeyVariable);
        services.AddSingleton<ISegmentRenderer>(provider =>
            provider.GetRequiredService<IOptions<ReplicateOptions>>().Value is { Model: not null } options && !string.IsNullOrEmpty(key)
                ? ActivatorUtilities.CreateInstance<ReplicateCamera>(provider, ReplicateClient.Create(key, options))
                : provider.GetRequiredService<SegmentRenderer>());
        return services;
    }
}
