using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Videos;
using MassTransit;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>Activities and conditions of <see cref="VideoStateMachine"/>; they call <see cref="IVideoSteps"/>.</summary>
internal static class VideoStateMachineSteps
{
    public static VideoState CreateState(this StartVideo start, State initial) => new()
    {
        CorrelationId = start.JobId,
        State = initial.Name,
        Options = JsonSerializer.Serialize(start.Options, VideoJson.Options),
    };

    public static EventActivityBinder<VideoState, T> Begin<T>(this EventActivityBinder<VideoState, T> binder, Stage stage)
        where T : class =>
        binder.ThenAsync(context => GetSteps(context).BeginAsync(context.Saga, stage, context.CancellationToken));

    public static EventActivityBinder<VideoState, T> Finish<T>(this EventActivityBinder<VideoState, T> binder, Stage last)
        where T : class =>
        binder.ThenAsync(context => GetSteps(context).FinishAsync(context.Saga, last, context.CancellationToken));

    public static EventActivityBinder<VideoState, T> Remind<T>(this EventActivityBinder<VideoState, T> binder)
        where T : class =>
        binder.ThenAsync(context => GetSteps(context).RemindAsync(context.Saga, context.CancellationToken));

    public static EventActivityBinder<VideoState, T> Preview<T>(this EventActivityBinder<VideoState, T> binder)
        where T : class =>
        binder.ThenAsync(context => GetSteps(context).PreviewAsync(context.Saga, context.CancellationToken));

    public static Task<bool> EndsAsync<T>(this BehaviorContext<VideoState, T> context, Stage stage)
        where T : class => GetSteps(context).EndAsync(context.Saga, stage, context.CancellationToken);

    public static Task<bool> ResumesAtAsync<T>(this BehaviorContext<VideoState, T> context, Stage stage)
        where T : class => GetSteps(context).ResumesAtAsync(context.Saga, stage, context.CancellationToken);

    public static Task<bool> IsApprovedAsync<T>(this BehaviorContext<VideoState, T> context)
        where T : class => GetSteps(context).IsApprovedAsync(context.Saga, context.CancellationToken);

    public static bool IsToBeReviewed<T>(this BehaviorContext<VideoState, T> context)
        where T : class => ReadOptions(context.Saga).Review;

    public static bool StopsAfter<T>(this BehaviorContext<VideoState, T> context, Stage stage)
        where T : class => ReadOptions(context.Saga).StopAt == stage.Name;

    public static VideoOptions ReadOptions(VideoState video) => VideoJson.Read<VideoOptions>(video.Options);

    private static IVideoSteps GetSteps(PipeContext context) => context.GetPayload<IServiceProvider>().GetRequiredService<IVideoSteps>();
}
