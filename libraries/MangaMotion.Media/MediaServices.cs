using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Media;

public static class MediaServices
{
    /// <summary>Registers <see cref="IImageRenderer"/>, <see cref="WorkspaceRoot"/> and what they need; options from section <c>Media</c>.</summary>
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddOptions<MediaOptions>().BindConfiguration(MediaOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Sandbox>();
        services.AddSingleton<WorkspaceRoot>();
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<VipsHostPool>();
        services.AddSingleton<IImageRenderer>(provider => provider.GetRequiredService<VipsHostPool>());
        return services;
    }
}
