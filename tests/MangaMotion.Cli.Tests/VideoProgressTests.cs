using MangaMotion.Api;
using MangaMotion.Cli.Videos;

namespace MangaMotion.Cli.Tests;

public sealed class VideoProgressTests
{
    [Fact]
    public async Task Without_a_terminal_each_step_is_printed_once_and_in_order()
    {
        var polls = new Queue<VideoStatus>(
        [
            Status(JobStatuses.Processing, 10), Status(JobStatuses.Processing, 100, 30), Status(JobStatuses.Processing, 100, 30),
            Status(JobStatuses.Processing, 100, 100, 60), Status(JobStatuses.Done, 100, 100, 100, 100),
        ]);
        var lines = new List<string>();

        var video = await VideoProgress.PrintStepsAsync(() => Task.FromResult(polls.Dequeue()), lines.Add);

        video.Status.ShouldBe(JobStatuses.Done);
        lines.ShouldBe(
        [
            "script: 100 %", "voice 3/10: 30 %", "voice 10/10: 100 %", "video 6/10: 60 %", "video 10/10: 100 %", "compositing: 100 %",
        ]);
    }

    [Fact]
    public async Task A_video_that_waits_for_approval_ends_the_progress()
    {
        var waiting = Status(JobStatuses.Processing, 100) with { State = VideoStateNames.AwaitingApproval };

        (await VideoProgress.PrintStepsAsync(() => Task.FromResult(waiting), _ => { })).State.ShouldBe(VideoStateNames.AwaitingApproval);
    }

    [Fact]
    public void The_time_left_grows_only_after_something_went_wrong()
    {
        var left = new TimeLeft(new StoppedTime());

        left.Update(null, restarts: false).ShouldBe("");
        left.Update(100, restarts: false).ShouldBe("1 min 40 s left");
        left.Update(40, restarts: false).ShouldBe("40 s left");
        left.Update(90, restarts: false).ShouldBe("40 s left");
        left.Update(90, restarts: true).ShouldBe("1 min 30 s left");
        left.Update(0, restarts: false).ShouldBe("");
    }

    private static VideoStatus Status(string status, params int[] progress)
    {
        var stages = VideoStages.All.Select((stage, i) => i < progress.Length ? Stage(stage, progress[i]) : Stage(stage, 0));
        return new(Guid.Empty, status, VideoStateNames.VoiceGen, 0, null, null, [.. stages], [], null) { CreatedAt = default };
    }

    private static VideoStage Stage(string name, int progress)
    {
        var total = name is VideoStages.ScriptGen or VideoStages.Compositing ? 1 : 10;
        return new(name, progress == 100 ? JobStatuses.Done : JobStatuses.Processing, progress, progress * total / 100, total, null, null);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
