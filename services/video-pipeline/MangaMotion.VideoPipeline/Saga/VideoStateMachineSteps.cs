using System.Text.Json;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Videos;
using MassTransit;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>The words that <see cref="VideoStateMachine"/> is written in; the work behind them is <see cref="IVideoSteps"/>.</summary>
internal static class VideoStateMachineSteps
{
    public static VideoState ToNewState(this StartVideo start, State initial) => new()
    {
        CorrelationId = start.JobId,
        State = initial.Name,
        Options = JsonSerializer.Serialize(start.Options, VideoJson.Options),
    };

    public static EventActivityBinder<VideoState, T> Begin<T>(this EventActivityBinder<VideoState, T> binder, Stage stage)
        where T : class =>
        binder.ThenAsync(context => Steps(context).BeginAsync(context.Saga, stage, context.CancellationToken));

    public static EventActivityBinder<VideoState, T> Finish<T>(this EventActivityBinder<VideoState, T> binder, Stage last)
        where T : class =>
        binder.ThenAsync(context => Steps(context).FinishAsync(context.Saga, last, context.CancellationToken));

    public static EventActivityBinder<VideoState, T> Remind<T>(this EventActivityBinder<VideoState, T> binder)
        where T : class =>
        binder.ThenAsync(context => Steps(context).RemindAsync(context.Saga, context.CancellationToken));

    public static Task<bool> EndsAsync<T>(this BehaviorContext<VideoState, T> context, Stage stage)
        where T : class => Steps(context).EndAsync(context.Saga, stage, context.CancellationToken);

    public static Task<bool> ResumesAtAsync<T>(this BehaviorContext<VideoState, T> context, Stage stage)
        where T : class => Steps(context).ResumesAtAsync(context.Saga, stage, context.CancellationToken);

    public static Task<bool> IsApprovedAsync<T>(this BehaviorContext<VideoState, T> context)
        where T : class => Steps(context).IsApprovedAsync(context.Saga, context.CancellationToken);

    public static bool IsToBeReviewed<T>(this BehaviorContext<VideoState, T> context)
        where T : class => OptionsOf(context.Saga).Review;

    public static bool StopsAfter<T>(this BehaviorContext<VideoState, T> context, Stage stage)
        where T : class => OptionsOf(context.Saga).StopAt == stage.Name;

    public static VideoOptions OptionsOf(VideoState video) => JsonSerializer.Deserialize<VideoOptions>(video.Options, VideoJson.Options)!;

    private static IVideoSteps Steps(PipeContext context) => context.GetPayload<IServiceProvider>().GetRequiredService<IVideoSteps>();
}
