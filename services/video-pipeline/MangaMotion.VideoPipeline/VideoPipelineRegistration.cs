using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film;
using MangaMotion.Jobs;
using MangaMotion.MediaJobs;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.ServiceDefaults.Jobs;
using MangaMotion.Storage;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Saga;
using MangaMotion.VideoPipeline.Stages;
using MangaMotion.VideoPipeline.Stages.Compositing;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;
using MassTransit;

namespace MangaMotion.VideoPipeline;

public static class VideoPipelineRegistration
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    public static void AddVideoPipeline(this WebApplicationBuilder builder)
    {
        builder.AddVideoSaga();
        builder.Services.AddObjectStore(builder.Configuration);
        builder.Services.AddMediaWorker();
        builder.Services.AddFilm();
        builder.Services.AddScriptGen(builder.Configuration);
        builder.Services.AddVoiceGen();
        builder.Services.AddVideoGen();
        builder.Services.AddSingleton<ICompositor, Compositor>();
    }

    /// <summary>Adds the saga and the workers of the enabled stages, without the implementations of the stages.</summary>
    internal static void AddVideoSaga(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<StageOptions>(StageOptions.Section);
        builder.AddJobSaga<VideoStateMachine, VideoState>(
            VideoJobs.Video, RetryDelay, saga => saga.PostgresRepository(repository => repository.ExistingDbContext<VideoContext>()));
        builder.AddStage<GenerateScriptConsumer, GenerateScript>(Stage.ScriptGen, VideoJobs.ScriptGen);
        builder.AddStage<GenerateVoiceConsumer, GenerateVoice>(Stage.VoiceGen, VideoJobs.VoiceGen);
        builder.AddStage<RenderSegmentConsumer, RenderSegment>(Stage.VideoGen, VideoJobs.VideoGen);
        builder.AddStage<ComposeVideoConsumer, ComposeVideo>(Stage.Compositing, VideoJobs.Compositing);

        services.AddVideoRows();
        services.AddScoped<IVideoSteps, VideoSteps>();
        services.AddSingleton<VideoPlanner>();
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
        // Endpoints are made before options can be read. An invalid value stops the service when options are validated.
        var setting = ConfigurationPath.Combine(StageOptions.Section, nameof(StageOptions.Enabled));
        var enabled = builder.Configuration[setting] ?? new StageOptions().Enabled;
        if (StageOptions.SplitNames(enabled).Contains(stage.Name))
            builder.AddJobWorker<TConsumer, TCommand>(parts, RetryDelay);
        else
            builder.Services.AddJobs(parts);
    }
}
