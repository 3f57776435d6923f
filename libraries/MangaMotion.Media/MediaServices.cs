using MangaMotion.Media.Audio;
using MangaMotion.Media.Chapters;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Pages;
using MangaMotion.Media.Pdf;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.Media;

/// <summary>Registers this library.</summary>
public static class MediaServices
{
    /// <summary>
    /// Adds <see cref="IImageRenderer"/>, the renderers of PDF, video and sound, <see cref="ChapterReader"/>, <see cref="WorkspaceRoot"/>
    /// and their dependencies, with options from section <c>Media</c>. In a host application, the sandbox is selected
    /// and tested at the start.
    /// </summary>
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddOptions<MediaOptions>().BindConfiguration(MediaOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Sandbox>();
        services.AddSingleton<WorkspaceRoot>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkspaceRoot>());
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<MediaHostPool>();
        services.AddSingleton<MediaSelfTest>();
        services.AddHostedService(provider => provider.GetRequiredService<MediaSelfTest>());
        services.AddSingleton<Libav>();
        services.AddSingleton<IImageRenderer, ImageRenderer>();
        services.AddSingleton<PdfRenderer>();
        services.AddSingleton<VideoRenderer>();
        services.AddSingleton<AudioRenderer>();
        services.AddSingleton<PageImages>();
        services.AddSingleton<LetteringReader>();
        services.AddSingleton<ChapterReader>();
        return services;
    }
}
