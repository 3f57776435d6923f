using MangaMotion.Jobs;
using MangaMotion.Jobs.Replays;
using MangaMotion.TestSupport;
using MangaMotion.Videos;

namespace MangaMotion.Integration.Videos;

/// <summary>Shots that are made before the rest of their video.</summary>
public sealed class PreviewTests(TestStack stack) : IAsyncLifetime
{
    private const string Third = "p001-s03";

    /// <summary>Parts of a video: the script, six lines, nine segments, the composition.</summary>
    private const int AllParts = 1 + 6 + 9 + 1;

    private VideoWorld _world = null!;

    private FakeStages Stages => _world.Stages;

    public async ValueTask InitializeAsync() => _world = await VideoWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_shot_of_a_video_that_waits_for_approval_is_made_alone_and_the_video_reuses_it()
    {
        await _world.StartWorkerAsync();
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true, BurnSubtitles = true });
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);

        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await _world.UntilPreviewedAsync(video, Third);

        Stages.Made.ShouldBe(["script", "speak aaa", "render 3"]);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where parent_id = $1 and lane = 'high'", video)).ShouldBe(2);
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);
        (await _world.FindAsync(video)).ShouldSatisfyAllConditions(
            found => found.Status.ShouldBe(JobStatus.Processing), found => found.Progress.ShouldBe(25),
            found => found.Shots[Third].HasVoice.ShouldBeTrue());

        (await _world.ApproveAsync(video)).ShouldBe(JobChange.Changed);
        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Made.Distinct().Count().ShouldBe(AllParts);
        Stages.Made.Count.ShouldBe(AllParts, "nothing is made twice");
        (await _world.Jobs.ScalarAsync<long>("select count(*) from previews")).ShouldBe(0, "the rows of the shots have the parts");
        (await _world.FindAsync(video)).Shots[Third].ShouldSatisfyAllConditions(
            shot => shot.HasSegment.ShouldBeTrue(), shot => shot.IsNewest.ShouldBeTrue());
    }

    [Fact]
    public async Task A_shot_of_a_video_that_is_made_moves_to_the_high_lane_and_is_made_once()
    {
        var (running, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Stages.Before = async (name, cancellationToken) =>
        {
            if (!name.StartsWith("speak", StringComparison.Ordinal))
                return;
            running.TrySetResult();
            await go.Task.WaitAsync(cancellationToken);
        };
        await _world.StartWorkerAsync(("Jobs:Concurrency", "1"));
        var video = await _world.SubmitAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));
        // One line is being spoken, and five wait.
        var waiting = await _world.Jobs.ScalarAsync<string>(
            "select s.shot_id from shots s join jobs j on j.id = s.speech_job_id where j.status = 'UPLOADED' "
                + "order by s.position desc limit 1");

        (await _world.PreviewAsync(video, waiting)).ShouldBe(ShotRequest.Accepted);
        await Eventually.Until(async () => await _world.Jobs.ScalarAsync<long>(
            "select count(*) from shots s join jobs j on j.id = s.speech_job_id where s.shot_id = $1 and j.lane = 'high' and not j.bulk",
            waiting) == 1);
        go.SetResult();

        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Made.Distinct().Count().ShouldBe(AllParts);
        Stages.Made.Count.ShouldBe(AllParts, "nothing is made twice");
        (await _world.Jobs.ScalarAsync<long>(
            "select count(*) from shots s join jobs j on j.id = s.segment_job_id where j.lane = 'high'")).ShouldBe(1);
    }

    [Fact]
    public async Task An_edit_during_a_preview_leaves_no_old_shot_and_the_next_preview_shows_the_edit()
    {
        var (running, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "speak aaa")
                return;
            running.TrySetResult();
            await go.Task.WaitAsync(cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, StopAt = "script_gen" });
        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await _world.EditAsync(video, shot => shot.Id == Third ? shot with { Line = "edited" } : shot);
        go.SetResult();
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await _world.UntilPreviewedAsync(video, Third);

        await Eventually.Until(() => Stages.Count("speak aaa") == 1);
        Stages.Made.ShouldBe(["script", "speak aaa", "speak edited", "render 3"], ignoreOrder: true);
        await _world.EditAsync(video, shot => shot.Id == Third ? shot with { Line = null } : shot);
        (await _world.FindAsync(video)).Shots.ShouldBeEmpty("an edit ends all previews");
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await _world.UntilPreviewedAsync(video, Third);
        (await _world.FindAsync(video)).Shots[Third].HasVoice.ShouldBeFalse("the shot is silent");
        Stages.Count("render 3").ShouldBe(2);
        (await _world.Jobs.ScalarAsync<string>("select status from jobs where id = $1", video)).ShouldBe(JobStatus.Done);
    }

    [Fact]
    public async Task A_preview_of_a_queued_edit_is_kept_for_the_video_after_it()
    {
        var (running, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "compose" || go.Task.IsCompleted)
                return;
            running.TrySetResult();
            await go.Task.WaitAsync(cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));
        (await _world.EditAsync(video, shot => shot.Id == Third ? shot with { Line = "queued" } : shot)).ShouldBeTrue();
        (await _world.FindAsync(video)).Shots[Third].IsNewest.ShouldBeFalse();

        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await _world.UntilPreviewedAsync(video, Third);
        Stages.Count("render 3").ShouldBe(3, "its segment, a transition, and the segment of the edit");
        go.SetResult();

        await Eventually.Until(() => Stages.Count("compose") == 2);
        await _world.UntilAsync(video, JobStatus.Done);
        Stages.Count("speak queued").ShouldBe(1);
        Stages.Count("render").ShouldBe(9 + 2, "the edit makes the shot and one transition again");
    }

    [Fact]
    public async Task A_preview_that_fails_leaves_a_stopped_video_as_it_is_and_can_be_repeated()
    {
        var broken = true;
        Stages.Before = (name, _) => broken && name == "speak aaa"
            ? throw new PermanentJobException("unspeakable", "This cannot be spoken.")
            : Task.CompletedTask;
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, StopAt = "script_gen" });
        await _world.UntilAsync(video, JobStatus.Done);

        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await Eventually.Until(async () => (await _world.FindAsync(video)).Shots.GetValueOrDefault(Third)?.Status == JobStatus.Failed);
        (await _world.FindAsync(video)).Shots[Third].Error.ShouldBe("This cannot be spoken.");
        (await _world.Jobs.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
        (await _world.Jobs.ScalarAsync<string>("select status from jobs where id = $1", video)).ShouldBe(JobStatus.Done);

        broken = false;
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await _world.UntilPreviewedAsync(video, Third);
        (await _world.FindAsync(video)).Shots[Third].Error.ShouldBeNull();
    }

    [Fact]
    public async Task Canceling_a_video_stops_its_previews()
    {
        var (running, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        Stages.Before = async (name, cancellationToken) =>
        {
            if (name != "render 3")
                return;
            running.TrySetResult();
            await using var registration = cancellationToken.Register(() => stopped.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, Review = true });
        await _world.UntilStateAsync(video, VideoStates.AwaitingApproval);
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Accepted);
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));

        (await _world.Jobs.CancelAsync(video)).ShouldBe(JobChange.Changed);

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.Ended);
        (await _world.Jobs.ScalarAsync<long>(
            "select count(*) from jobs where parent_id = $1 and status in ('UPLOADED', 'PROCESSING')", video)).ShouldBe(0);
    }

    [Fact]
    public async Task A_preview_needs_a_script_and_a_shot_in_it()
    {
        var (running, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Stages.Before = async (name, cancellationToken) =>
        {
            running.TrySetResult();
            await go.Task.WaitAsync(cancellationToken);
        };
        await _world.StartWorkerAsync();
        var video = await _world.SubmitAsync(new() { Width = 320, Height = 180, StopAt = "script_gen" });
        await running.Task.WaitAsync(TimeSpan.FromSeconds(60));

        (await _world.PreviewAsync(Guid.NewGuid(), Third)).ShouldBe(ShotRequest.NoScript);
        (await _world.PreviewAsync(video, Third)).ShouldBe(ShotRequest.NoScript);
        go.SetResult();
        await _world.UntilAsync(video, JobStatus.Done);
        (await _world.PreviewAsync(video, "p009-s09")).ShouldBe(ShotRequest.UnknownShot);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from previews")).ShouldBe(0);
    }
}
