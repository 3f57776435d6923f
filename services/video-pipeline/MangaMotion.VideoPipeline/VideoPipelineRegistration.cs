using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs;
using MangaMotion.MediaJobs;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Consumers;
using MangaMotion.VideoPipeline.Film;
using MangaMotion.VideoPipeline.Rendering;
using MangaMotion.VideoPipeline.Saga;
using MangaMotion.VideoPipeline.Stages;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.Videos;
using MassTransit;

namespace MangaMotion.VideoPipeline;

internal static class VideoPipelineRegistration
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    public static void AddVideoPipeline(this WebApplicationBuilder builder)
    {
        builder.AddVideoSaga();
        builder.Services.AddObjectStore(builder.Configuration);
        builder.Services.AddMediaWorker();
        builder.Services.AddScriptGen(builder.Configuration);
        builder.Services.AddFilm();
    }

    /// <summary>The saga and the workers of the enabled stages, without what makes script, voice, picture and film.</summary>
    internal static void AddVideoSaga(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<StageOptions>(StageOptions.Section);
        builder.AddJobSaga<VideoStateMachine, VideoState>(
            VideoJobs.Video, RetryDelay, saga => saga.PostgresRepository(repository => repository.ExistingDbContext<VideoContext>()));
        builder.AddStage<WriteScriptConsumer, WriteScript>(Stage.ScriptGen, VideoJobs.ScriptGen);
        builder.AddStage<SpeakShotConsumer, SpeakShot>(Stage.VoiceGen, VideoJobs.VoiceGen);
        builder.AddStage<RenderSegmentConsumer, RenderSegment>(Stage.VideoGen, VideoJobs.VideoGen);
        builder.AddStage<ComposeVideoConsumer, ComposeVideo>(Stage.Compositing, VideoJobs.Compositing);

        services.AddVideoRows();
        services.AddScoped<IVideoSteps, VideoSteps>();
        services.AddSingleton<FilmPlanner>();
        services.AddSingleton<StageRun>();
        services.AddSingleton<ScriptWork>();
        services.AddSingleton<VoiceWork>();
        services.AddSingleton<SegmentWork>();
        services.AddSingleton<CompositionWork>();
    }

    private static void AddStage<TConsumer, TCommand>(this WebApplicationBuilder builder, Stage stage, JobType<TCommand> parts)
        where TConsumer : class, IConsumer<TCommand>
        where TCommand : class
    {
        // Endpoints are made before options are there; a wrong value ends the service at their check all the same.
        var enabled = builder.Configuration[ConfigurationPath.Combine(StageOptions.Section, nameof(StageOptions.Enabled))] ?? new StageOptions().Enabled;
        if (StageOptions.Names(enabled).Contains(stage.Name))
            builder.AddJobWorker<TConsumer, TCommand>(parts, RetryDelay);
        else
            builder.Services.AddJobs(parts);
    }
}
