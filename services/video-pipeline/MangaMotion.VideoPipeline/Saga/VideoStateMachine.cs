using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Videos;
using MassTransit;

namespace MangaMotion.VideoPipeline.Saga;

/// <summary>
/// Makes a video of a chapter in four stages. The rows are the truth: an event only causes the saga to read them, so a late, repeated or
/// reordered event changes nothing. Failure, cancel and replay change the rows of the job and its parts, not the state; a replay resumes
/// at the first stage that is not done.
/// </summary>
public sealed class VideoStateMachine : MassTransitStateMachine<VideoState>
{
    public VideoStateMachine()
    {
        InstanceState(video => video.State);
        Event(() => Started, e =>
        {
            e.CorrelateById(context => context.Message.JobId);
            e.InsertOnInitial = true;
            e.SetSagaFactory(context => context.Message.CreateState(Initial));
        });
        Event(() => Advanced, e =>
        {
            e.CorrelateById(context => context.Message.JobId);
            e.OnMissingInstance(missing => missing.Discard());
        });

        Initially(When(Started).Begin(Stage.ScriptGen).TransitionTo(ScriptGen));

        // First, so that the parts of previews are in the high lane before a stage adds them.
        During([AwaitingApproval, VoiceGen, VideoGen, Compositing, Stopped], When(Advanced).Preview());

        During(ScriptGen, Ended(Stage.ScriptGen, then: x => x.IfElse(
            video => video.IsToBeReviewed(),
            park => park.TransitionTo(AwaitingApproval),
            go => go.Begin(Stage.VoiceGen).TransitionTo(VoiceGen))));
        During(AwaitingApproval, When(Advanced).IfAsync(
            video => video.IsApprovedAsync(),
            go => go.Begin(Stage.VoiceGen).TransitionTo(VoiceGen)));
        During(VoiceGen, Ended(Stage.VoiceGen, then: x => x.Begin(Stage.VideoGen).TransitionTo(VideoGen)));
        During(VideoGen, Ended(Stage.VideoGen, then: x => x.Begin(Stage.Compositing).TransitionTo(Compositing)));
        During(Compositing, Ended(Stage.Compositing, then: x => x.Finish(Stage.Compositing).TransitionTo(Completed)));
        During(Completed, Ignore(Advanced));

        // Sent again by a replay, an edit, an approval or the reconciler.
        During([ScriptGen, AwaitingApproval, VoiceGen, VideoGen, Compositing, Completed, Stopped],
            When(Started)
                .IfAsync(video => video.ResumesAtAsync(Stage.ScriptGen), go => go.Begin(Stage.ScriptGen).TransitionTo(ScriptGen))
                .IfAsync(video => video.ResumesAtAsync(Stage.VoiceGen), go => go.IfElse(
                    video => video.IsToBeReviewed(),
                    park => park.Remind().TransitionTo(AwaitingApproval),
                    on => on.Begin(Stage.VoiceGen).TransitionTo(VoiceGen)))
                .IfAsync(video => video.ResumesAtAsync(Stage.VideoGen), go => go.Begin(Stage.VideoGen).TransitionTo(VideoGen))
                .IfAsync(video => video.ResumesAtAsync(Stage.Compositing), go => go.Begin(Stage.Compositing).TransitionTo(Compositing)));
    }

    public State ScriptGen { get; private set; } = null!;

    /// <summary>The script is written and waits for the approval of its owner.</summary>
    public State AwaitingApproval { get; private set; } = null!;

    public State VoiceGen { get; private set; } = null!;

    public State VideoGen { get; private set; } = null!;

    public State Compositing { get; private set; } = null!;

    public State Completed { get; private set; } = null!;

    /// <summary>Finished after the stage that its owner named in <c>stop_at</c>.</summary>
    public State Stopped { get; private set; } = null!;

    public Event<StartVideo> Started { get; private set; } = null!;

    /// <summary>A part of the stage or of a preview is done, a preview was requested, or the video was approved.</summary>
    public Event<PartEnded> Advanced { get; private set; } = null!;

    /// <summary>Binds the end of a stage, when all its parts are done: the next step, or the end if the owner named this stage.</summary>
    private EventActivityBinder<VideoState, PartEnded> Ended(
        Stage stage, Func<EventActivityBinder<VideoState, PartEnded>, EventActivityBinder<VideoState, PartEnded>> then) =>
        When(Advanced).IfAsync(video => video.EndsAsync(stage), ended => ended.IfElse(
            video => video.StopsAfter(stage),
            stop => stop.Finish(stage).TransitionTo(Stopped),
            go => then(go)));
}
